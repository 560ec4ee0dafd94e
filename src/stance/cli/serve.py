"""`stance serve`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

if TYPE_CHECKING:
    from stance.cli.output import Write


def command(
    files: Annotated[list[Path] | None, typer.Argument(help="Articles to begin with, Chinese or English.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on; any but this one lets other machines in.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 for any that is free.")] = 8765,
    labels: Annotated[Path, typer.Option(help="Folder of labels to train on; yours go to local/ in it.")] = Path(
        "labels"
    ),
    model: Annotated[
        Path, typer.Option(help="Folder for a model trained here; used where there is one, else the one that ships.")
    ] = Path("models/local"),
    annotator: Annotated[str | None, typer.Option(help="Name to sign labels with; otherwise yours here.")] = None,
) -> None:
    """Open a page on this machine: analyse texts, correct what is wrong, train again.

    Prints the address to open, and runs until Ctrl-C. Nothing leaves this machine.

    Examples:
        stance serve

        stance serve article.txt other.txt

        stance serve --port 0 --labels mylabels --model models/mine
    """
    import secrets

    from stance.cli.annotate import read_files, user
    from stance.files import printable
    from stance.web.app import create_app
    from stance.web.server import address, listen, run
    from stance.web.state import Source, Workspace

    workspace = Workspace(model, labels, printable(annotator or user()))
    if files:
        typer.echo("Reading …", err=True)
        workspace.analyse([Source(name, data) for name, data in read_files(files)])
    token = secrets.token_urlsafe(24)
    with listen(host, port) as socket:
        if host not in {"127.0.0.1", "localhost", "::1"}:
            typer.echo(f"stance: {host}: other machines can reach this page; do not share the address", err=True)
        typer.echo(f"{address(socket, host)}/?token={token}")
        typer.echo("Open this address in a browser; stop with Ctrl-C.", err=True)
        run(create_app(workspace, _writer, token=token, host=host), socket)


def _writer(format: str, out: TextIO) -> "Write":
    from stance.cli.output import writer

    return writer(format, out, explain=True)
