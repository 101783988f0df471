"""The shape of the code: lengths, imports, docstrings, and no loose ends."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from syrupy.extensions.single_file import SingleFileSnapshotExtension
from syrupy.location import PyTestLocation

import engine

ROOT = Path(__file__).parents[1]
FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
SHORT_TEXT = 80
# In halves, so that this file has none of them.
LOOSE_ENDS = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "pragma: no " + "cover")

# What tools find by its name.
ENTRY_POINTS = ("__init__", "__main__", "conftest", "test_")

CLOCK = Path("engine/clock.py")
STORAGE = ("engine", "storage")
# None of these is imported by the engine: it answers programs that have no screen.
FACES = ("dyntui", "textual", "rich", "click", "botocore", "prompt_toolkit", "jmespath")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(*packages: str) -> list[Path]:
    """The Python files of packages, as paths from the project's root."""
    return sorted(
        path.relative_to(ROOT) for package in packages for path in (ROOT / package).rglob("*.py")
    )


CODE = modules("engine", "dyntui", "sample_data")
ALL = [*CODE, *modules("tests")]


@cache
def text_of(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(text_of(path), str(path))


def name_of(path: Path) -> str:
    """The dotted name of a module."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_by(path: Path) -> Iterator[str]:
    """Dotted names of the modules that a module imports, and of what it takes out of them."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def named_by(path: Path) -> Iterator[str]:
    """Texts of a module, in which others may be named: `package.module:attribute`."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value.partition(":")[0]


def words_of(path: Path) -> Iterator[str]:
    """Names that a module reads or imports, and the words of its short texts: some are named so."""
    for node in ast.walk(tree_of(path)):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                yield name
            case ast.Attribute(attr=name) | ast.alias(name=name):
                yield name
            case ast.Constant(value=str(text)) if len(text) < SHORT_TEXT:
                yield from re.findall(r"\w+", text)


def names_made(node: ast.stmt) -> Iterator[str]:
    """The names that a statement of a module gives to a function, a class or a value."""
    match node:
        case ast.FunctionDef(name=name, decorator_list=[]) | ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def starts_by_itself(path: Path) -> bool:
    """Whether a module is a program, or a tool finds it by its name."""
    return path.stem.startswith(ENTRY_POINTS) or 'if __name__ == "__main__":' in text_of(path)


def test_files_are_short() -> None:
    long = {str(path): text_of(path).count("\n") for path in ALL}
    assert {path: lines for path, lines in long.items() if lines > FILE_LINES_MAX} == {}


def test_functions_are_short() -> None:
    long = {
        f"{path}: {node.name}": length
        for path in ALL
        for node in ast.walk(tree_of(path))
        if isinstance(node, Function)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES_MAX
    }
    assert long == {}


def test_every_module_says_what_it_is() -> None:
    assert [path for path in ALL if text_of(path) and not ast.get_docstring(tree_of(path))] == []


def test_nothing_is_left_for_later() -> None:
    assert [(path, word) for path in ALL for word in LOOSE_ENDS if word in text_of(path)] == []


def test_every_module_is_used() -> None:
    used = {name for path in ALL for name in (*imported_by(path), *named_by(path))}
    used |= set((ROOT / "pyproject.toml").read_text(encoding="utf-8").replace(":", '"').split('"'))
    idle = [path for path in ALL if not starts_by_itself(path) and name_of(path) not in used]
    assert idle == []


def test_every_name_is_used() -> None:
    """What a decorator registers, as commands and fixtures are, is found by other ways."""
    used = {word for path in ALL for word in words_of(path)}
    idle = [
        (str(path), name)
        for path in ALL
        for node in tree_of(path).body
        for name in names_made(node)
        if name not in used and not name.startswith(("__", "test_", "Test", "pytest"))
    ]
    assert idle == []


def test_the_engine_reads_no_time_and_draws_no_lots() -> None:
    impure = [
        (path, name)
        for path in modules("engine")
        if path != CLOCK
        for name in imported_by(path)
        if name.split(".")[0] in ("time", "random")
    ]
    asked = [
        (path, ast.unparse(node))
        for path in modules("engine")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute)
        and node.attr in ("now", "today", "utcnow")
        and ast.unparse(node.value).rpartition(".")[2] in ("datetime", "date")
    ]
    assert impure == []
    assert asked == []


def test_only_storage_knows_sqlite() -> None:
    others = [
        (path, name)
        for path in CODE
        if path.parts[:2] != STORAGE
        for name in imported_by(path)
        if name.split(".")[0] in ("apsw", "sqlite3")
    ]
    assert others == []


def test_the_engine_loads_no_face() -> None:
    program = (
        "import sys; from engine import Engine\n"
        "with Engine.in_memory() as db:\n"
        "    db.list_tables()\n"
        f"print(sorted(set({FACES!r}) & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


def test_the_engine_offers_what_it_says() -> None:
    taken = [
        alias.name
        for node in tree_of(Path("engine/__init__.py")).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    assert sorted(taken) == sorted(engine.__all__)


def test_what_packages_say_they_offer_is_there() -> None:
    for path in modules("engine"):
        if path.name == "__init__.py" and "__all__" in text_of(path):
            module = importlib.import_module(name_of(path))
            assert [name for name in module.__all__ if not hasattr(module, name)] == []


def test_every_snapshot_is_of_a_test(request: pytest.FixtureRequest) -> None:
    """Processes that share the tests do not tell each other which snapshots they have compared."""
    option = request.config.option
    if option.keyword or option.markexpr or any("::" in name for name in request.config.args):
        pytest.skip("only some of the tests were chosen")
    named: dict[Path, set[str]] = {}
    for item in request.session.items:
        name = SingleFileSnapshotExtension.get_snapshot_name(test_location=PyTestLocation(item))
        named.setdefault(item.path, set()).add(name)
    loose = []
    for path in (ROOT / "tests").rglob("__snapshots__/*/*.svg"):
        module = path.parents[2] / f"{path.parent.name}.py"
        if module in named or not module.exists():
            loose += [] if path.stem in named.get(module, ()) else [str(path.relative_to(ROOT))]
    assert loose == [], "pytest -n 0 --snapshot-update removes these"
