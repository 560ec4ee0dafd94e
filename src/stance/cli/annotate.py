"""`stance annotate`."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from stance.cli.articles import documents_of
from stance.cli.output import on_standard_output
from stance.errors import InputError, LabelError
from stance.files import printable
from stance.learning.labels import speakers_of
from stance.types import Label, Stance

if TYPE_CHECKING:
    from rich.console import Console

    from stance.learning.annotation import Round, Task

_KEYS = "1 pro-open  2 pro-closed  3 neutral  s speaker  n note  u undo  k skip  q quit"
_AROUND = 120


def command(
    files: Annotated[list[Path], typer.Argument(help="Articles as text, Chinese or English.")],
    labels: Annotated[Path, typer.Option(help="Folder of labels; yours go to local/ in it.")] = Path("labels"),
    model: Annotated[Path | None, typer.Option(help="Folder of a trained model; otherwise the one that ships.")] = None,
    annotator: Annotated[str | None, typer.Option(help="Name to sign labels with; otherwise yours here.")] = None,
) -> None:
    """Label the statements of articles one by one, those first of which the model is least sure.

    Every answer is on the disk before the next question. What is labelled already is not asked again.

    Examples:
        stance annotate article.txt

        stance annotate archive/*.txt --annotator mei

        stance train --labels labels --model models/local
    """
    from stance.learning.annotation import Folder, Round, named_by_text, queue
    from stance.learning.model import load

    if sys.stdin is None:
        raise InputError("standard input is closed; answers come from there")
    console = on_standard_output()
    trained = load(model)
    documents = (named_by_text(document) for file in files for document in documents_of(file, trained.speakers))
    once = {document.id: document for document in documents}
    tasks = queue((document, list(trained.predict(document))) for document in once.values())
    if not tasks:
        raise InputError(f"{files[0]}: no text in it; name articles")
    round = Round(tasks, Folder(labels / "local"))
    signed = printable(annotator or user())
    saved = True
    while True:
        task = round.next()
        answer = _ask_at_the_end(console) if task is None else _ask(console, task, round, signed)
        if answer == "q":
            break
        try:
            if answer == "u":
                if round.undo() is None:
                    console.print("nothing to undo")
            elif task is not None and isinstance(answer, Label):
                round.label(task, answer)
            elif task is not None:
                round.skip(task)
            saved = True
        except LabelError as error:
            saved = False
            typer.echo(f"stance: {error}", err=True)
    console.print(f"{len(round.labels())} of {len(tasks)} labelled, in {labels / 'local'}", soft_wrap=True)
    if not saved:
        raise typer.Exit(1)


def _ask_at_the_end(console: "Console") -> Literal["q", "u"]:
    line = _line(console, "All are labelled or skipped; u undo, q quit > ")
    return "u" if line is not None and line.strip() == "u" else "q"


def _ask(console: "Console", task: "Task", round: "Round", signed: str) -> Label | Literal["q", "u", "k"]:
    """A label, or what to do instead; a speaker or a note is asked for in between."""
    _show(console, task, round)
    statement, note = task.statement, ""
    stances = dict(zip("123", Stance, strict=True))
    while True:
        line = _line(console, "> ")
        key, _, rest = ("q", "", "") if line is None else line.strip().partition(" ")
        if key in stances:
            return Label(task.document.id, statement, stances[key], signed, note)
        if key in {"q", "u", "k"}:
            return cast("Literal['q', 'u', 'k']", key)
        if key == "s":
            said = rest.strip() or (_line(console, "speaker: ") or "").strip()
            statement = replace(statement, speakers=speakers_of(said)) if said else statement
            console.print(f"speaker: {_plain(statement.speaker_name)}")
        elif key == "n":
            note = rest.strip() or (_line(console, "note: ") or "").strip()
        else:
            console.print(_KEYS)


def _show(console: "Console", task: "Task", round: "Round") -> None:
    text, statement = task.document.text, task.statement
    before, after = text[max(0, statement.start - _AROUND) : statement.start], text[statement.end :][:_AROUND]
    console.rule(f"{len(round.labels()) + 1} of {len(round.tasks)}")
    for style, words in (("dim", before), ("bold", statement.text), ("dim", after)):
        if words.strip():
            console.print(f"[{style}]{_plain(words.strip())}[/{style}]")
    prediction = task.prediction
    console.print(f"[dim]{_plain(statement.speaker_name)}: {prediction.stance}, {prediction.confidence:.2f}[/dim]")
    console.print(f"[dim]{_KEYS}[/dim]")


def _line(console: "Console", prompt: str) -> str | None:
    """A line of standard input; None at its end."""
    try:
        return printable(console.input(prompt))  # a terminal may send GBK
    except EOFError:
        return None
    finally:
        if not sys.stdin.isatty():  # no Enter shows there
            console.print()


def _plain(text: str) -> str:
    """Text of others on our terminal: no markup, and nothing that steers the terminal."""
    from rich.markup import escape

    return escape("".join(ch if ch.isprintable() or ch == "\n" else " " for ch in text))


# --- what `stance serve` needs as well -------------------------------------------------------------------------------


def read_files(files: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    """Names and contents of files. Raises `InputError` for one that cannot be read."""
    for file in files:
        try:
            yield printable(file), file.read_bytes()
        except OSError as error:
            raise InputError(f"{file}: {error.strerror}; name a readable text file") from error


def user() -> str:
    """Who sits at this machine, for signing labels."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "me"
