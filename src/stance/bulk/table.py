"""The one function underneath: an Arrow table of documents in, an Arrow table of statements out."""

from functools import cache
from pathlib import Path

import pyarrow as pa

from stance.errors import InputError
from stance.files import shipped_folder
from stance.learning.model import Model, load
from stance.reading import read_long
from stance.rows import values

SCHEMA = pa.schema(
    [
        ("document", pa.string()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("text", pa.string()),
        ("speaker", pa.string()),
        ("speakers", pa.list_(pa.string())),
        ("speaker_id", pa.string()),
        ("speaker_confidence", pa.float32()),
        ("rule", pa.string()),
        ("block", pa.string()),
        ("stance", pa.string()),
        ("confidence", pa.float32()),
        ("unsure", pa.bool_()),
        ("pro_open", pa.float32()),
        ("pro_closed", pa.float32()),
        ("neutral", pa.float32()),
    ]
)
"""What `label_table` returns, one row a statement; only `document` and `speaker_id` can be null."""


def label_table(
    table: pa.Table | pa.RecordBatch,
    text_column: str = "text",
    id_column: str | None = None,
    *,
    model: Model | Path | None = None,
) -> pa.Table:
    """The statements of the documents in `table`, in order, as a table of `SCHEMA`.

    `document` is what `id_column` holds, as a string, or without one the number of the row, from 0.
    A row whose text is null or blank has no statements. A model folder is loaded once a process.
    Raises `InputError` for a column that is missing or holds no text, `ModelError` for a damaged model.

    >>> label_table(pa.table({"text": ["开源是智商税。", None]})).select(["document", "stance"]).to_pylist()
    [{'document': '0', 'stance': 'pro-closed'}]
    """
    check_columns(table.schema, text_column, id_column)
    trained = model if isinstance(model, Model) else _loaded(model or shipped_folder())
    texts = table.column(text_column).to_pylist()
    ids = range(len(texts)) if id_column is None else table.column(id_column).to_pylist()
    columns: list[list[object]] = [[] for _ in SCHEMA]
    for id, text in zip(ids, texts, strict=True):
        if text is None or not text.strip():
            continue
        for document in read_long(text, weights=trained.speakers):
            for prediction in trained.predict(document):
                for column, value in zip(columns, values(None if id is None else str(id), prediction), strict=True):
                    column.append(value)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)], SCHEMA)


def check_columns(schema: pa.Schema, text_column: str, id_column: str | None, name: str = "table") -> None:
    """Raises `InputError` where a column is missing, or the one with the text holds something else."""
    for column, option in ((text_column, "--text-column"), (id_column, "--id-column")):
        if column is not None and schema.names.count(column) != 1:
            many = "several columns" if column in schema.names else "no column"
            has = ", ".join(schema.names) or "none"
            raise InputError(f"{name}: {many} {column!r}; its columns are {has}; name one with {option}")
    kind = schema.field(text_column).type
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    is_text = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_null)
    if not any(check(plain) for check in is_text):
        raise InputError(f"{name}: column {text_column!r} holds {kind}, not text; name another with --text-column")


@cache
def _loaded(folder: Path) -> Model:
    return load(folder)
