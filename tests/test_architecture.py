import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
FILES = sorted(SOURCE.rglob("*.py"))
# What stands higher may import what stands lower.
RANKS = {
    "errors": 0,
    "types": 0,
    "files": 1,
    "rows": 1,
    "language": 2,
    "repair": 3,
    "layout": 4,
    "reading": 5,
    "learning": 6,
    "api": 7,
    "bulk": 7,
    "": 8,
    "report": 9,
    "web": 10,
    "cli": 11,
}
HEAVY = {"sklearn", "scipy", "joblib"}
MAY_BE_HEAVY = {
    "stance/bulk/run.py",
    "stance/learning/training.py",
    "stance/learning/evaluation.py",
    "stance/learning/speakers.py",
    "stance/learning/trials.py",
}
# They run whatever a file holds.
UNSAFE = {"pickle", "shelve", "marshal", "dill", "cloudpickle"}


def _name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def _imports(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Every import of a file, wherever it stands, with the module it names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            for alias in node.names:
                module = f"{node.module}.{alias.name}"
                yield node, module if _is_module(module) else str(node.module)


def _is_module(name: str) -> bool:
    path = SOURCE / name.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file()


def _room(module: str) -> str:
    """The part of the package that a module of ours belongs to; "" for the package's own names."""
    room = [*module.split("."), ""][1]
    return "" if room == "__init__" else room


def _deferred(tree: ast.Module) -> set[ast.AST]:
    """What runs late or never: bodies of functions, and what stands under TYPE_CHECKING."""
    late = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.If)]
    return {
        child
        for node in late
        if not isinstance(node, ast.If) or ast.unparse(node.test) == "TYPE_CHECKING"
        for child in ast.walk(node)
    }


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_imports_run_one_way(path: Path) -> None:
    room = _room(_name(path).removesuffix(".py").replace("/", "."))
    for node, module in _imports(ast.parse(path.read_text(encoding="utf-8"))):
        if module.split(".")[0] == "stance":
            other = _room(module)
            assert other == room or RANKS[other] < RANKS[room], f"{path}:{node.lineno}: {room} imports {module}"


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_what_is_heavy_is_imported_late_and_where_it_is_needed(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    deferred = _deferred(tree)
    for node, module in _imports(tree):
        if module.split(".")[0] in HEAVY:
            assert _name(path) in MAY_BE_HEAVY, f"{path}:{node.lineno}: {module}"
            assert node in deferred, f"{path}:{node.lineno}: {module} is imported at start-up"


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_nothing_runs_what_a_file_holds(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not UNSAFE & {module.split(".")[0] for _, module in _imports(tree)}
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not {"eval", "exec", "__import__"} & called


@pytest.mark.parametrize("path", [path for path in FILES if _room(_name(path).replace("/", ".")) != "cli"], ids=_name)
def test_the_library_neither_prints_nor_exits(path: Path) -> None:
    calls = [node.func for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    assert not {"print", "exit", "quit", "sys.exit", "os._exit"} & {ast.unparse(function) for function in calls}


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_files_hold_one_idea(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 500


def test_predicting_does_not_load_scikit_learn(environment: dict[str, str]) -> None:
    script = (
        "import json, sys; from stance.cli import app; app(['predict'], standalone_mode=False);"
        "json.dump(sorted(sys.modules), sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], input="开源更便宜。".encode(), capture_output=True, check=True, env=environment
    )
    assert done.stdout.count(b"\n") == 1
    loaded = {name.split(".")[0] for name in json.loads(done.stderr)}
    assert "stance" in loaded
    assert not loaded & {*HEAVY, "pyarrow", *UNSAFE - {"pickle", "marshal"}}
