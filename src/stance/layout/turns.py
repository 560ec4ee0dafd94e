"""Turns of transcripts, interviews and threads: a label holds one because the document says so."""

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from stance.layout.blocks import Form, Turn
from stance.layout.labels import Label, Likeness, labels_of
from stance.types import BlockKind

_ASKS = re.compile(r"[?？][\"”」』)）*_ ]*$")
_FIRST_PERSON = re.compile(r"\b(?:I|I'm|I’m|we|my|you)\b|[我你咱您]")
# Forms that nothing but a turn takes, if the label may be a name at all.
_SURE = frozenset({Form.VOICE, Form.TIMED, Form.HANDLE, Form.RECORD, Form.POST})
_SPEECH = frozenset({BlockKind.PARAGRAPH, BlockKind.TURN, BlockKind.CAPTION, BlockKind.HEADING, BlockKind.ITEM})
# Share of the paragraphs that begin with a label, and names among the labels, for a text to be a talk of strangers.
_DENSE, _MANY = 0.34, 3
# The share at which handles that look like no name are believed as well.
_THREAD = 0.6
# The role of whoever speaks below a question behind a dash.
_ANSWER = "answer"
# Characters of the longest line below the header of a post that is the name of whoever wrote it.
_SHORT = 30


@dataclass(frozen=True, slots=True)
class Draft:
    """A block before its turn is known."""

    text: str
    kind: BlockKind
    bold: int = 0
    """Characters at its start that stand in bold."""
    voice: str | None = None
    """Whose turn markup says it begins; "" for a voice without a name."""
    post: str | None = None
    """Who wrote the post whose header this is; "" where the header does not say."""


def find_turns(drafts: Sequence[Draft]) -> dict[int, Turn]:
    """The turns that begin at blocks, by the index of the block.

    A label is believed where its form allows nothing else, or where it is a role or like a name and stands again,
    takes turns with others, is answered, or stands where others stand. A key, a year or a point of a list never is.

    >>> talk = [Draft(text, BlockKind.PARAGRAPH) for text in ("Odile: Why?", "Piet: Money.", "Odile: Only?")]
    >>> [turn.name for turn in find_turns(talk).values()]
    ['Odile', 'Piet', 'Odile']
    """
    candidates = {
        at: [label for label in labels_of(draft.text, draft.bold, draft.kind) if _may_hold(label, draft)]
        for at, draft in enumerate(drafts)
        if draft.kind in _SPEECH and draft.voice is None and draft.post is None
    }
    evidence = _weigh(drafts, candidates)
    turns: dict[int, Turn] = {}
    for at, draft in enumerate(drafts):
        if draft.voice is not None:
            turns[at] = Turn(draft.voice, Form.VOICE, 0, True)
        elif draft.post is not None:
            turns[at] = Turn(draft.post, Form.POST, len(draft.text), True)
        else:
            headed = at > 0 and drafts[at - 1].post is not None and len(draft.text) < _SHORT
            label = next((one for one in candidates.get(at, ()) if headed or evidence.believes(one, drafts, at)), None)
            if label is None and at and (before := turns.get(at - 1)) and before.form is Form.DASHED:
                turns[at] = Turn(_ANSWER, Form.DASHED, 0, True)
            elif label is not None:
                turns[at] = Turn(label.name, label.form, label.end, evidence.lasts(label, draft), label.aside)
    return turns


def _may_hold(label: Label, draft: Draft) -> bool:
    if label.form is Form.TIME:
        return False
    if label.form is Form.ALONE and (draft.kind is BlockKind.ITEM or len(label.name) > 24):
        return False
    return label.likeness > Likeness.KEY


@dataclass
class _Evidence:
    """What a document says of its labels, counted once."""

    counts: dict[Form, Counter[str]] = field(default_factory=lambda: {form: Counter() for form in Form})
    """How often a name is a label of a paragraph or heading, in each form."""
    in_items: Counter[str] = field(default_factory=Counter)
    """How often it is one of a point of a list."""
    talks: Counter[str] = field(default_factory=Counter)
    """How often what follows a name asks, or speaks in the first or second person."""
    roles: int = 0
    alternations: int = 0
    """How often a label follows another one."""
    density: float = 0.0
    """Share of the paragraphs that begin with a label with a colon or in bold."""
    handles: int = 0
    """Labels with a colon that may be names and are no common words."""
    asks: int = 0
    """Paragraphs behind a dash that are questions."""

    def believes(self, label: Label, drafts: Sequence[Draft], at: int) -> bool:
        if label.form in _SURE:
            twice = self.counts[label.form][label.name] > 1
            several = len(self.counts[label.form]) > 1
            return label.likeness in (Likeness.PERHAPS, Likeness.NAME) or twice or several or self.roles > 1
        if label.form is Form.DASHED:
            return self.asks > 1
        if drafts[at].kind is BlockKind.ITEM:
            again, names = self.in_items[label.name], len(self.in_items)
            return label.likeness > Likeness.PERHAPS and again > 1 and names > 1 and self.alternations > 2
        counts = self.counts[label.form]
        again, names = counts[label.name], len(counts)
        if label.likeness is Likeness.WORD:
            if label.form is Form.BOLD:
                return names > 1 and again > 1 and self.talks[label.name] > 0
            return label.form is Form.COLON and self.density >= _THREAD and self.handles > 1 and label.name.isascii()
        if label.likeness is Likeness.ROLE:
            return label.form is not Form.ALONE and (self.roles > 1 or again > 1 or names > 1)
        if label.form is Form.ALONE:
            named = label.likeness is Likeness.NAME or again > 1
            return named and names > 1 and max(counts.values()) > 1 and self._answered(drafts, at)
        repeated = max(counts.values()) > 1
        if label.alone:
            if label.likeness is not Likeness.NAME:
                return repeated and names > 1 and drafts[min(at + 1, len(drafts) - 1)].kind is not BlockKind.ITEM
            return names > 1 or again > 1 or drafts[at].kind is BlockKind.HEADING
        talk = self.roles > 0 or names > 1
        if label.form is Form.BOLD and names > 1 and self.talks[label.name]:
            return repeated or label.likeness is Likeness.NAME
        others = sum(n > 1 for name, n in counts.items() if name != label.name)
        if label.likeness is Likeness.NAME:
            return (
                others > 1
                or (again > 1 and talk)
                or (self.density >= _DENSE and (names > 1 or self.roles > 0))
                or names > _MANY
            )
        if again > 1 and talk and max(n for name, n in counts.items() if name != label.name or names == 1) > 1:
            return bool(self.talks[label.name]) or self.density >= _DENSE
        if talk and self.density >= _THREAD and label.name.isascii():
            return True
        return talk and self.density >= _DENSE and sum(self.talks.values()) * 3 >= len(counts)

    def lasts(self, label: Label, draft: Draft) -> bool:
        """Whether a turn goes on below its block."""
        if draft.kind is BlockKind.ITEM:
            return False
        counts = self.counts[label.form]
        return (
            label.alone or label.form in _SURE or self.roles > 1 or self.density >= _DENSE or max(counts.values()) > 1
        )

    def _answered(self, drafts: Sequence[Draft], at: int) -> bool:
        """Whether words stand below a name alone on a line."""
        return at + 1 < len(drafts) and len(drafts[at + 1].text) > len(drafts[at].text)


def _weigh(drafts: Sequence[Draft], candidates: dict[int, list[Label]]) -> _Evidence:
    evidence = _Evidence()
    order: list[str] = []
    paragraphs = labelled = 0
    for at, draft in enumerate(drafts):
        paragraphs += draft.kind in (BlockKind.PARAGRAPH, BlockKind.CAPTION)
        evidence.asks += draft.text[:1] in "—–" and _ASKS.search(draft.text) is not None
        labels = candidates.get(at, ())
        for label in labels:
            if draft.kind is BlockKind.ITEM:
                evidence.in_items[label.name] += 1
                continue
            evidence.counts[label.form][label.name] += 1
            evidence.handles += label.form is Form.COLON and label.likeness in (Likeness.PERHAPS, Likeness.NAME)
            evidence.roles += label.likeness is Likeness.ROLE and label.form is not Form.ALONE
            said = draft.text[label.end :] or (drafts[at + 1].text if at + 1 < len(drafts) else "")
            evidence.talks[label.name] += bool(_ASKS.search(said) or _FIRST_PERSON.search(said[:200]))
        if labels and labels[0].form is not Form.ALONE and labels[0].likeness is not Likeness.WORD:
            labelled += draft.kind is not BlockKind.ITEM
            order.append(labels[0].name)
    evidence.density = labelled / max(1, paragraphs)
    evidence.alternations = sum(a != b for a, b in itertools.pairwise(order))
    return evidence
