"""The pages: what each address answers."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TextIO

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from stance.errors import InputError, LabelError, StanceError
from stance.learning.annotation import Task
from stance.learning.labels import speakers_of
from stance.report import Report, build, to_html, to_markdown
from stance.types import AUTHOR, UNNAMED, Document, Label, Prediction, Stance
from stance.web.guard import MOST_BYTES, Guard
from stance.web.pages import guide, language_of, page, strings
from stance.web.state import Batch, Source, Workspace

Write = Callable[[Document, Iterable[Prediction]], None]
Writer = Callable[[str, TextIO], Write]
"""What writes predictions as "jsonl" or "csv" to a stream."""
_TYPES = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
}
_STATEMENTS_A_PAGE = 300
_MOST_FILES = 50
_MOST_SPEAKERS = 20
_WORKERS = 2


def create_app(
    workspace: Workspace, writer: Writer, *, token: str, host: str = "127.0.0.1", seconds: float = 120.0
) -> ASGIApp:
    """The application; `seconds` is how long a browser waits for the reading of a paste."""
    pages = _Pages(workspace, writer, seconds)
    app = Starlette(
        routes=[
            Route("/", pages.home),
            Route("/analyse", pages.analyse, methods=["POST"]),
            Route("/articles/{id}", pages.articles),
            Route("/articles/{id}/download/{format}", pages.download),
            Route("/annotate", pages.annotate_latest),
            Route("/annotate/{id}", pages.annotate),
            Route("/annotate/{id}", pages.step, methods=["POST"]),
            Route("/guide", pages.guide),
            Route("/retrain", pages.retrain),
            Route("/retrain", pages.retrain_step, methods=["POST"]),
            Mount("/static", StaticFiles(packages=[("stance.web", "static")])),
        ],
        exception_handlers={HTTPException: _http_error, StanceError: _stance_error, 500: _fault},
        lifespan=pages.lifespan,
    )
    # Around everything, so that the page of a fault is as strict as any other.
    return Guard(app, token=token, host=host, refuse=_refuse)


class _Pages:
    def __init__(self, workspace: Workspace, writer: Writer, seconds: float) -> None:
        self.workspace = workspace
        self.writer = writer
        self.seconds = seconds
        # A reading cannot be stopped, so one that takes too long goes on in its thread: there are few.
        self._pool = ThreadPoolExecutor(_WORKERS, "analyse")

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        yield
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.workspace.retraining.discard()

    # --- analyse ---------------------------------------------------------------------------------------------------

    def home(self, request: Request) -> Response:
        return self._home(request)

    def _home(self, request: Request, error: str = "", status: int = 200) -> Response:
        return page(
            request, "home.html", status,
            tab="analyse", error=error, batches=self.workspace.batches(), most_bytes=MOST_BYTES,
        )  # fmt: skip

    async def analyse(self, request: Request) -> Response:
        async with request.form(max_files=_MOST_FILES, max_fields=8, max_part_size=MOST_BYTES) as form:
            sources = await _sources(form, strings()[language_of(request)]["pasted"])
        work = asyncio.get_running_loop().run_in_executor(self._pool, self.workspace.analyse, sources)
        try:
            batch = await asyncio.wait_for(work, self.seconds)
        except TimeoutError:
            raise HTTPException(503, "too_slow") from None
        except InputError as error:
            return self._home(request, str(error), 400)
        return RedirectResponse(f"/articles/{batch.id}", 303)

    def articles(self, request: Request) -> Response:
        batch = self._batch(request)
        rows = [(article, prediction) for article in batch.articles for prediction in article.predictions]
        pages = max(1, -(-len(rows) // _STATEMENTS_A_PAGE))
        number = min(max(_number(request.query_params.get("page", "")), 1), pages)
        first = (number - 1) * _STATEMENTS_A_PAGE
        return page(
            request, "articles.html",
            tab="analyse", batch=batch, rows=rows[first : first + _STATEMENTS_A_PAGE], number=number, pages=pages,
            speakers=_report(batch, language_of(request)).speakers[:_MOST_SPEAKERS], labels=batch.round.labels(),
            first=first,
        )  # fmt: skip

    def download(self, request: Request) -> Response:
        batch = self._batch(request)
        format = request.path_params["format"]
        if format in {"jsonl", "csv"}:
            out = io.StringIO(newline="")
            write = self.writer(format, out)
            for article in batch.articles:
                write(replace(article.document, id=article.name), article.predictions)
            content = out.getvalue()
        elif format in {"html", "md"}:
            report = _report(batch, language_of(request), self.workspace.card())
            content = to_html(report) if format == "html" else to_markdown(report)
        else:
            raise HTTPException(404, "not_found")
        # Spreadsheets take a file for UTF-8 only where it begins so.
        data = content.encode("utf-8-sig" if format == "csv" else "utf-8")
        headers = {"Content-Disposition": f'attachment; filename="stance.{format}"', "Content-Type": _TYPES[format]}
        return Response(data, headers=headers)

    # --- annotate --------------------------------------------------------------------------------------------------

    def annotate_latest(self, request: Request) -> Response:
        batches = self.workspace.batches()
        if batches:
            return RedirectResponse(f"/annotate/{batches[0].id}", 303)
        return page(request, "nothing.html", tab="annotate")

    def annotate(self, request: Request) -> Response:
        batch = self._batch(request)
        task = batch.task(_number(request.query_params.get("at", ""))) or batch.round.next()
        return self._annotator(request, batch, task)

    async def step(self, request: Request) -> Response:
        batch = self._batch(request)
        async with request.form(max_files=0, max_fields=8) as form:
            values = {name: value for name, value in form.items() if isinstance(value, str)}
        return await run_in_threadpool(self._step, request, batch, values)

    def _step(self, request: Request, batch: Batch, form: dict[str, str]) -> Response:
        action = form.get("action", "")
        task = batch.task(_number(form.get("at", "")))
        try:
            if action == "undo":
                undone = batch.round.undo()
                at = "" if undone is None else f"?at={batch.round.tasks.index(undone)}"
                return RedirectResponse(f"/annotate/{batch.id}{at}", 303)
            if task is None:
                raise HTTPException(400, "bad_request")
            if action == "skip":
                batch.round.skip(task)
            elif action in list(Stance):
                batch.round.label(task, self._label(task, Stance(action), form))
            else:
                raise HTTPException(400, "bad_request")
        except LabelError as error:
            return self._annotator(request, batch, task or batch.round.next(), str(error), form, 503)
        return RedirectResponse(f"/annotate/{batch.id}", 303)

    def _label(self, task: Task, stance: Stance, form: dict[str, str]) -> Label:
        speaker = " ".join(form.get("speaker", "").split())[:200]
        statement = task.statement if not speaker else replace(task.statement, speakers=speakers_of(speaker))
        note = " ".join(form.get("note", "").split())[:1000]
        return Label(task.document.id, statement, stance, self.workspace.annotator, note)

    def _annotator(
        self, request: Request, batch: Batch, task: Task | None, error: str = "",
        form: dict[str, str] | None = None, status: int = 200,
    ) -> Response:  # fmt: skip
        try:
            labels = batch.round.labels()
        except LabelError:
            labels = {}  # the error that brought us here says why
        given = None if task is None else labels.get((task.document.id, task.statement.start))
        speaker, note = "", ""
        if task is not None:
            speaker = (task if given is None else given).statement.speaker_name
            note = "" if given is None else given.note
        form = form or {}
        context = ("", "") if task is None else _around(task)
        names = [] if task is None else sorted({one.speaker_name for one in task.document.statements})
        return page(
            request, "annotate.html", status,
            tab="annotate", batch=batch, task=task, given=given, error=error, context=context,
            at=-1 if task is None else batch.round.tasks.index(task),
            speaker=form.get("speaker", speaker), note=form.get("note", note),
            names=[name for name in names if name not in {AUTHOR.name, UNNAMED.name}],
            done=len(labels), total=len(batch.round.tasks), folder=self.workspace.folder.path,
        )  # fmt: skip

    def guide(self, request: Request) -> Response:
        return page(request, "guide.html", tab="annotate", guide=guide(self.workspace.labels))

    # --- retrain ---------------------------------------------------------------------------------------------------

    def retrain(self, request: Request) -> Response:
        return page(
            request, "retrain.html",
            tab="retrain", progress=self.workspace.retraining.progress(), running=self.workspace.retraining.running,
            trained_here=self.workspace.trained_here, model=self.workspace.retraining.model,
            labels=self.workspace.labels,
        )  # fmt: skip

    async def retrain_step(self, request: Request) -> Response:
        async with request.form(max_files=0, max_fields=2) as form:
            action = form.get("action")
        actions = {
            "start": self.workspace.retraining.start,
            "stop": self.workspace.retraining.discard,
            "accept": self.workspace.accept,
        }
        if not isinstance(action, str) or action not in actions:
            raise HTTPException(400, "bad_request")
        await run_in_threadpool(actions[action])
        return RedirectResponse("/retrain", 303)

    def _batch(self, request: Request) -> Batch:
        batch = self.workspace.batch(request.path_params["id"])
        if batch is None:
            raise HTTPException(404, "not_found")
        return batch


async def _sources(form: FormData, pasted: str) -> list[Source]:
    sources = []
    text = form.get("text")
    if isinstance(text, str) and text.strip():
        sources.append(Source(pasted, text.encode("utf-8", "replace")))
    for file in form.getlist("file"):
        if isinstance(file, UploadFile) and file.filename:
            sources.append(Source(shown_name(file.filename), await file.read()))
    return sources


def shown_name(name: str) -> str:
    r"""A file name as a label: no folders, nothing that cannot be seen, not long.

    >>> shown_name("../../etc/passwd"), shown_name("C:\\texts\\a\u202eb.txt"), shown_name("..")
    ('passwd', 'ab.txt', '..')
    """
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return "".join(ch for ch in last if ch.isprintable())[:80].strip() or "?"


def _around(task: Task, width: int = 100) -> tuple[str, str]:
    """What stands before and behind a statement, as far as it helps to judge it."""
    text, statement = task.document.text, task.statement
    return text[max(0, statement.start - width) : statement.start], text[statement.end : statement.end + width]


def _number(text: str) -> int:
    """A whole number that a request gives; -1 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def _report(batch: Batch, language: str, card: str = "") -> Report:
    return build(
        [(replace(one.document, id=one.name), one.predictions) for one in batch.articles], language=language, card=card
    )


# --- what goes wrong -------------------------------------------------------------------------------------------------


def _refuse(request: Request, status: int, key: str, detail: str = "") -> Response:
    response = page(request, "error.html", status, tab="", key=key, detail=detail)
    if status == 413:
        response.headers["Connection"] = "close"
    return response


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    usual = {404: "not_found", 405: "bad_request"}
    if f"error_{error.detail}" in strings()["en"]:
        return _refuse(request, error.status_code, error.detail)
    if error.status_code in usual:
        return _refuse(request, error.status_code, usual[error.status_code])
    return _refuse(request, error.status_code, "bad_request", error.detail)


async def _stance_error(request: Request, error: Exception) -> Response:
    return _refuse(request, 500, "failed", str(error))


async def _fault(request: Request, _: Exception) -> Response:
    return _refuse(request, 500, "fault")
