"""`stance bulk`."""

import sys
from enum import StrEnum
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from stance.bulk.shards import Tally


class Format(StrEnum):
    """How statements are written."""

    PARQUET = "parquet"
    JSONL = "jsonl"


class Engine(StrEnum):
    """What runs the processes."""

    LOCAL = "local"
    RAY = "ray"


def command(
    inputs: Annotated[
        list[Path],
        typer.Argument(
            help="Folders, and files: .jsonl, .ndjson, .csv and .parquet with a document a row; others are texts."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder to write: a file a shard, and errors.jsonl.")],
    text_column: Annotated[str, typer.Option(help="Column or field that holds the text.")] = "text",
    id_column: Annotated[
        str | None, typer.Option(help="Column or field that names the document; otherwise file and row do.")
    ] = None,
    format: Annotated[Format, typer.Option(help="How statements are written.")] = Format.PARQUET,
    shard_size: Annotated[int, typer.Option(min=1, help="Documents a shard, the unit of work and of --resume.")] = 1000,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; otherwise one a core.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run begun in --out.")] = False,
    engine: Annotated[
        Engine, typer.Option(help="This machine, or a Ray cluster that sees the same folders.")
    ] = Engine.LOCAL,
    address: Annotated[str | None, typer.Option(help="Address of the Ray cluster; otherwise what Ray finds.")] = None,
    model: Annotated[Path | None, typer.Option(help="Folder of a trained model; otherwise the one that ships.")] = None,
) -> None:
    """Label the statements of many documents, on every core or on a cluster.

    Examples:
        stance bulk archive/ --out statements

        stance bulk articles.parquet --text-column body --id-column url --out statements

        stance bulk articles.parquet --text-column body --id-column url --out statements --resume

        stance bulk archive/ --out statements --engine ray --address auto
    """
    from stance import __version__
    from stance.bulk import cluster, documents, run, shards

    on_ray = engine is Engine.RAY
    if address is not None and not on_ray:
        raise typer.BadParameter("only --engine ray has one", param_hint="--address")
    base = Path.cwd()
    settings = shards.Settings(
        base,
        (base / out).resolve(),
        documents.Columns(text_column, id_column),
        __version__,
        shards.Format(format),
        None if model is None else base / model,
    )
    begun = run.begin(inputs, settings, shard_size=shard_size, resume=resume)
    for fault in begun.refused:
        typer.echo(f"stance: {fault.source}: {fault.reason}", err=True)
    started = monotonic()
    tallies = cluster.label_left_on_ray(begun, address, jobs) if on_ray else run.label_left(begun, jobs)
    try:
        with _Progress(begun.rows, begun.done.rows) as progress:
            for tally in tallies:
                progress.add(tally)
    except KeyboardInterrupt:
        typer.echo(f"stance: {out}: interrupted; finished shards are kept: run again with --resume", err=True)
        raise typer.Exit(130) from None
    whole = run.end(begun)
    _summarize(whole, progress.sum, monotonic() - started, out)
    if any(fault.input_failed for fault in whole.faults):
        raise typer.Exit(1)


class _Progress:
    """Documents done, rate and time left, on a terminal."""

    def __init__(self, rows: int, done: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        from stance.bulk.shards import Tally

        self.sum = Tally()
        self._started = monotonic()
        self._bar = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("documents, {task.fields[rate]}, left"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task("", total=rows, completed=done, rate="…")

    def __enter__(self) -> "_Progress":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def add(self, tally: "Tally") -> None:
        self.sum += tally
        self._bar.update(self._task, advance=tally.rows, rate=_rate(self.sum, monotonic() - self._started))


def _summarize(whole: "Tally", today: "Tally", seconds: float, out: Path) -> None:
    from stance.types import Stance

    stances = ", ".join(f"{whole.stances.get(stance, 0)} {stance}" for stance in Stance)
    typer.echo(f"{whole.documents} documents, {whole.statements} statements: {stances}", err=True)
    if whole.faults:
        typer.echo(f"{len(whole.faults)} could not be labelled: see {out / 'errors.jsonl'}", err=True)
    typer.echo(f"{today.documents} documents in {seconds:.1f} s, {_rate(today, seconds)}", err=True)


def _rate(tally: "Tally", seconds: float) -> str:
    return f"{tally.documents / seconds:.1f} documents/s, {tally.bytes / seconds / 1e6:.2f} MB/s"
