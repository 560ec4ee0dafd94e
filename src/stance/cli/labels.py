"""`stance labels`."""

import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stance.cli.output import STANDARD, write_text
from stance.errors import LabelError

if TYPE_CHECKING:
    from stance.learning.exchange import Annotation
    from stance.learning.labels import LabelledDocument
    from stance.types import Label

app = typer.Typer(
    help="Take labels to an annotation tool and back, and check them.",
    epilog="Example: stance labels check",
    no_args_is_help=True,
)


class Tool(StrEnum):
    """An annotation tool whose files are written and read."""

    DOCCANO = "doccano"
    LABEL_STUDIO = "label-studio"


_Output = Annotated[Path, typer.Option("-o", "--output", help="File to write; - or nothing for standard output.")]


@app.command("export")
def export_command(
    labels: Annotated[list[Path], typer.Argument(help="Files or folders of labels; - for standard input.")],
    to: Annotated[Tool, typer.Option("--to", help="The tool that will read them.")],
    output: _Output = STANDARD,
) -> None:
    """Write labels as a file that an annotation tool imports.

    Examples:
        stance labels export --to label-studio labels/seeds -o tasks.json

        stance labels export --to doccano labels/seeds/001.jsonl > 001-doccano.jsonl
    """
    from stance.learning.exchange import LABEL_STUDIO_CONFIG, to_doccano, to_label_studio

    documents = _load(labels)
    if to is Tool.DOCCANO:
        write_text(output, to_doccano(documents))
        typer.echo("doccano: import into a project for sequence labeling that allows overlapping spans", err=True)
    else:
        write_text(output, to_label_studio(documents))
        typer.echo(
            f"Label Studio: the labeling interface of the project must be\n{LABEL_STUDIO_CONFIG}", err=True, nl=False
        )


@app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="What the tool exported; - for standard input.")],
    source: Annotated[Tool, typer.Option("--from", help="The tool that wrote it.")],
    output: _Output = STANDARD,
    annotator: Annotated[
        str | None, typer.Option(help="Take only what this user made, by e-mail address or number.")
    ] = None,
) -> None:
    """Write what an annotation tool exported as labels.

    Examples:
        stance labels import --from label-studio export.json -o labels/local/mine.jsonl

        stance labels import --from doccano alice.jsonl -o labels/local/alice.jsonl

        stance labels import --from label-studio export.json --annotator a@example.org
    """
    from stance.learning.exchange import from_doccano, from_label_studio
    from stance.learning.labels import to_lines

    read = from_doccano if source is Tool.DOCCANO else from_label_studio
    found = [annotation for annotation in read(_read(file), str(file)) if annotation.labels]
    users = sorted({annotation.annotator for annotation in found})
    taken = [annotation for annotation in found if annotator in {None, annotation.annotator}]
    if not taken:
        by = f"; {annotator} is none of its users: {', '.join(users)}" if users else "; label something, export again"
        raise LabelError(f"{file}: no labels in it{by}")
    write_text(output, to_lines(_in_order(taken)))


def _in_order(annotations: "Iterable[Annotation]") -> "list[Label]":
    """The labels of all, those of a document together; says where several have labelled one."""
    documents: dict[str, list[Annotation]] = {}
    for annotation in annotations:
        documents.setdefault(annotation.document, []).append(annotation)
    for document, several in documents.items():
        if len(several) > 1:
            by = ", ".join(annotation.annotator for annotation in several)
            typer.echo(
                f"stance: {document}: labelled more than once ({by}); choose with --annotator to train", err=True
            )
    return [label for several in documents.values() for annotation in several for label in annotation.labels]


@app.command("check")
def check_command(
    labels: Annotated[Path, typer.Argument(help="File or folder of labels.")] = Path("labels"),
) -> None:
    """Print every fault in files of labels, and how many labels each stance has; exit code 1 if there is a fault.

    Examples:
        stance labels check

        stance labels check labels/local/mine.jsonl
    """
    from stance.learning.checking import check_files

    check = check_files(labels)
    for fault in check.faults:
        typer.echo(fault)
    counts = ", ".join(f"{count} {stance}" for stance, count in check.stances.items())
    typer.echo(
        f"{sum(check.stances.values())} labels ({counts}), documents: {check.documents}, files: {check.files}, "
        f"faults: {len(check.faults)}"
    )
    if check.faults:
        raise typer.Exit(1)


def _load(paths: Sequence[Path]) -> "list[LabelledDocument]":
    from stance.learning.checking import parse_line
    from stance.learning.labels import group, load_documents

    documents: list[LabelledDocument] = []
    for path in paths:
        if path == STANDARD:
            lines = enumerate(_read(path).split("\n"), 1)
            found = list(group([parse_line(line, f"-:{number}") for number, line in lines if line.strip()]))
        else:
            found = load_documents(path)
        if again := {document.id for document in documents} & {document.id for document in found}:
            raise LabelError(f"{path}: document {min(again)!r} was already in what you named before; export it alone")
        documents += found
    if not documents:
        raise LabelError("-: no labels in it; a label is one JSON object on one line")
    return documents


def _read(file: Path) -> str:
    try:
        data = sys.stdin.buffer.read() if file == STANDARD else file.read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise LabelError(f"{file}: {error.strerror}; name the file that the tool exported") from error
    except UnicodeDecodeError as error:
        raise LabelError(f"{file}: not UTF-8 (byte {error.start}); save it as UTF-8, unpacked") from error
