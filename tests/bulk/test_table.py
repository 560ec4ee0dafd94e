from pathlib import Path

import pyarrow as pa
import pytest

import stance
from stance.bulk import table as tables
from stance.bulk.table import SCHEMA, label_table
from stance.errors import InputError, ModelError
from stance.learning.model import Model, load

TEXTS = ["顾明川说，开源模型更便宜。明天有雨。", None, " \n", "Closed models are safer."]


def test_a_row_a_statement() -> None:
    labelled = label_table(pa.table({"text": TEXTS}))
    assert labelled.schema == SCHEMA
    expected = [(str(at), prediction) for at, text in enumerate(TEXTS) if text for prediction in stance.analyze(text)]
    assert len(expected) == 3
    assert labelled.to_pylist() == [
        {
            "document": document,
            "start": prediction.statement.start,
            "end": prediction.statement.end,
            "text": prediction.statement.text,
            "speaker": prediction.statement.speaker_name,
            "speakers": [speaker.name for speaker in prediction.statement.speakers],
            "speaker_id": prediction.statement.speakers[0].id,
            "speaker_confidence": pytest.approx(prediction.statement.attribution.confidence, abs=1e-6),
            "rule": prediction.statement.attribution.rule,
            "block": prediction.statement.block,
            "stance": prediction.stance,
            "confidence": pytest.approx(prediction.confidence, abs=1e-6),
            "unsure": prediction.unsure,
        }
        | {
            name: pytest.approx(prediction.probabilities[stance.Stance(name.replace("_", "-"))], abs=1e-6)
            for name in ("pro_open", "pro_closed", "neutral")
        }
        for document, prediction in expected
    ]


def test_it_is_public() -> None:
    assert stance.label_table is label_table


@pytest.mark.parametrize(
    ("ids", "documents"),
    [
        (["a", "b", "c", "d"], ["a", "a", "d"]),
        ([7, 8, 9, 10], ["7", "7", "10"]),
        ([None, "b", "c", "d"], [None, None, "d"]),
    ],
)
def test_ids(ids: list[object], documents: list[str | None]) -> None:
    labelled = label_table(pa.table({"id": ids, "body": TEXTS}), "body", "id")
    assert labelled["document"].to_pylist() == documents


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]
)
def test_every_kind_of_text_column(kind: pa.DataType) -> None:
    texts = pa.array(TEXTS).dictionary_encode() if pa.types.is_dictionary(kind) else pa.array(TEXTS, kind)
    assert label_table(pa.table({"text": texts})) == label_table(pa.table({"text": TEXTS}))


def test_a_record_batch_will_do() -> None:
    batch = pa.RecordBatch.from_pydict({"text": TEXTS})
    assert label_table(batch) == label_table(pa.Table.from_batches([batch]))


@pytest.mark.parametrize("texts", [pa.array([], pa.string()), pa.nulls(2)])
def test_nothing_in_nothing_out(texts: pa.Array) -> None:
    labelled = label_table(pa.table({"text": texts}))
    assert (labelled.schema, len(labelled)) == (SCHEMA, 0)


@pytest.mark.parametrize(
    ("columns", "asked", "message"),
    [
        (["a", "b"], ("text", None), "no column 'text'; its columns are a, b; name one with --text-column"),
        (["text"], ("text", "url"), "no column 'url'; its columns are text; name one with --id-column"),
        (["text", "text"], ("text", None), "several columns 'text'"),
        ([], ("text", None), "its columns are none"),
    ],
)
def test_a_missing_column_is_named(columns: list[str], asked: tuple[str, str | None], message: str) -> None:
    table = pa.Table.from_arrays([pa.array(["x"])] * len(columns), columns)
    with pytest.raises(InputError, match=message):
        label_table(table, *asked)


def test_a_column_without_text_is_refused() -> None:
    with pytest.raises(InputError, match="column 'text' holds int64, not text"):
        label_table(pa.table({"text": [1]}))


def test_model(small_model: Model, small_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = pa.table({"text": ["开源更便宜。"]})
    loaded: list[Path] = []

    def counted(folder: Path) -> Model:
        loaded.append(folder)
        return load(folder)

    monkeypatch.setattr(tables, "load", counted)
    by_folder = [label_table(table, model=small_folder) for _ in range(3)]
    assert loaded == [small_folder], "loaded once"
    assert by_folder == [label_table(table, model=small_model)] * 3
    assert by_folder[0] != label_table(table)
    with pytest.raises(ModelError, match="nowhere"):
        label_table(table, model=Path("nowhere"))
