"""The command line: each command parses, calls, prints."""

import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from stance import __version__
from stance.cli import annotate, bulk, clean, evaluate, labels, predict, report, serve, train
from stance.cli.output import forget_standard_output, legible
from stance.errors import StanceError

app = typer.Typer(
    name="stance",
    help="Who said what, and on which side, in the debate over open versus closed AI.",
    epilog="Example: echo 开源是智商税。 | stance predict",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("predict")(predict.command)
app.command("bulk")(bulk.command)
app.command("clean")(clean.command)
app.command("report")(report.command)
app.command("serve")(serve.command)
app.command("annotate")(annotate.command)
app.command("train")(train.command)
app.command("evaluate")(evaluate.command)
app.add_typer(labels.app, name="labels")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"stance {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[  # the callback acts on it
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line; what goes wrong is one line on standard error and exit code 1."""
    sys.stdout, sys.stderr = legible(sys.stdout), legible(sys.stderr)
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")
    try:
        app()
    except StanceError as error:
        sys.exit(f"stance: {error}")
    except OSError as error:
        forget_standard_output()
        sys.exit(f"stance: {error.strerror}; the output is not whole")
    except KeyboardInterrupt:
        sys.exit(130)
