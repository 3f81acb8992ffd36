"""Every fixture: the text that comes out, and (where TensorFlow is installed) that it computes the same numbers."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from migrator.model import Result, Severity
from migrator.pipeline import rewrite_sources
from migrator.verify import VerifyOptions, open_runner, verify_fixtures
from migrator.verify.fixtures import FixtureResult, fixture_folders

FIXTURES = Path(__file__).parent / "fixtures"
FOLDERS = {path.relative_to(FIXTURES).as_posix(): path for path in fixture_folders(FIXTURES)}
PROCESSES = min(2, os.cpu_count() or 1)
GRAPH_NAMES = re.compile(  # attributes of the module; those of a variable are something else
    r"(Interactive)?Session|(sparse_)?placeholder(_with_default)?|get_default_(session|graph)|ConfigProto|"
    r"(global_|local_|)(variables|tables)_initializer|initialize_all_variables|reset_default_graph|set_random_seed|"
    r"get_variable|variable_scope|get_collection|add_to_collection|(trainable|global)_variables|"
    r"assign(_add|_sub)?|scatter_(update|add|sub)"
)
STAYS = ("REFUSED", "UNCHANGED")


def case_of(folder: Path) -> dict[str, Any]:
    file = folder / "case.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def texts_of(folder: Path) -> dict[str, str]:
    """Return the Python files that a program sees, by path; not the expected text."""
    found = {f.relative_to(folder).as_posix(): f.read_bytes().decode() for f in sorted(folder.rglob("*.py"))}
    found.pop("after.py")
    return found


def rewritten(texts: dict[str, str]) -> Result:
    return rewrite_sources(texts).files["before.py"]


CHANGED = {n: f for n, f in FOLDERS.items() if case_of(f).get("expect") not in STAYS}
REFUSED = {n: f for n, f in FOLDERS.items() if case_of(f).get("expect") == "REFUSED"}
everywhere = pytest.mark.parametrize("folder", FOLDERS.values(), ids=FOLDERS)
where_converted = pytest.mark.parametrize("folder", CHANGED.values(), ids=CHANGED)


def test_there_are_fixtures_of_all_kinds() -> None:
    assert len(CHANGED) > 2 * len(REFUSED) / 3 > 10
    assert all("diagnostic" in case_of(folder) for folder in REFUSED.values())


@everywhere
def test_text(folder: Path) -> None:
    result = rewritten(texts_of(folder))
    expected = (folder / "after.py").read_bytes().decode()
    assert result.source == expected
    assert result.changed is (expected != texts_of(folder)["before.py"])
    assert not [d for d in result.diagnostics if d.severity is Severity.ERROR]


@where_converted
def test_rewriting_again_changes_nothing(folder: Path) -> None:
    first = rewrite_sources(texts_of(folder))
    again = rewrite_sources({path: str(found.source) for path, found in first.files.items()})
    for path, found in again.files.items():
        assert (found.source, found.changed) == (first.files[path].source, False)
        assert not [d for d in found.diagnostics if d.severity is not Severity.INFO]


def residue(text: str) -> Iterator[str]:
    """Yield what only a graph needs."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute):
            dotted = ast.unparse(node)
            if ".compat.v1" in dotted or dotted.startswith("tf.contrib"):
                yield dotted
            if (
                GRAPH_NAMES.fullmatch(node.attr)
                and isinstance(node.value, ast.Name)
                and node.value.id in {"tf", "tensorflow"}
            ):
                yield dotted
            if dotted.startswith("tf.train.") and dotted != "tf.train.Checkpoint":
                yield dotted
        if isinstance(node, ast.keyword) and node.arg in {"feed_dict", "session"}:
            yield f"{node.arg}="
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if node.func.attr == "run" and isinstance(owner, ast.Name) and owner.id.startswith("sess"):
                yield ast.unparse(node)
            if node.func.attr in {"eval", "initialized_value", "as_default"}:
                yield ast.unparse(node)


@where_converted
def test_no_graph_mode_is_left(folder: Path) -> None:
    text = (folder / "after.py").read_text(encoding="utf-8")
    assert not list(residue(text))
    assert "import migrator" not in text


def test_the_search_for_graph_mode_finds_it() -> None:
    found = [list(residue(text)) for text in (
        "tf.Session()", "tf.placeholder(x)", "sess.run(x, feed_dict={})", "y.eval()", "tf.assign(v, 1)",
        "tf.compat.v1.global_variables()", "tf.train.AdamOptimizer(1)", "v.initialized_value()",
        "with g.as_default(): x", "tf.scatter_add(v, i, x)", "f(session=s)", "tf.contrib.layers.x",
    )]  # fmt: skip
    assert all(found)
    assert not list(residue("v.assign(1)\ntf.train.Checkpoint()\nmodel.run(x)\nv.scatter_update(x)\ntf.Variable(1)"))


def plain_statements(text: str) -> Iterator[str]:
    """Yield the texts of the statements of a module that have nothing to do with TensorFlow, directly or by a name."""
    tainted = {"tf", "tensorflow"}
    for stmt in ast.parse(text).body:
        names = [n for n in ast.walk(stmt) if isinstance(n, (ast.Name, ast.alias))]
        used = {n.id if isinstance(n, ast.Name) else n.name.split(".")[0] for n in names}
        used |= {(getattr(stmt, "module", None) or "").split(".")[0]}
        if used & tainted or isinstance(stmt, (ast.FunctionDef, ast.ClassDef)):
            tainted |= {n.id for n in names if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            tainted |= {getattr(stmt, "name", "tf")}
            tainted |= {n.asname or n.name for n in names if isinstance(n, ast.alias)}
        else:
            yield ast.get_source_segment(text, stmt) or ""


@where_converted
def test_what_has_nothing_to_do_with_tensorflow_stays_byte_identical(folder: Path) -> None:
    before, after = texts_of(folder)["before.py"], (folder / "after.py").read_bytes().decode()
    place = 0
    for statement in plain_statements(before):
        place = after.find(statement, place)
        assert place >= 0, statement


@where_converted
def test_comments_on_lines_of_their_own_are_kept(folder: Path) -> None:
    before, after = texts_of(folder)["before.py"], (folder / "after.py").read_text(encoding="utf-8")
    kept = [line.strip() for line in after.splitlines()]
    for line in before.splitlines():
        if line.lstrip().startswith("#"):
            assert line.strip() in kept


@pytest.mark.parametrize("folder", REFUSED.values(), ids=REFUSED)
def test_refusals_say_why(folder: Path) -> None:
    text = texts_of(folder)["before.py"]
    assert (folder / "after.py").read_bytes().decode() == text
    result = rewritten(texts_of(folder))
    wanted = case_of(folder)["diagnostic"]
    found = [d for d in result.diagnostics if wanted in d.message]
    assert found and all(d.severity is Severity.MANUAL for d in found), [d.message for d in result.diagnostics]
    assert all(1 <= d.line <= text.count("\n") + 1 for d in found)
    assert not any(session.converted for session in result.sessions)


@where_converted
def test_what_is_converted_says_what_was_expected(folder: Path) -> None:
    wanted = case_of(folder).get("diagnostic")
    messages = [d.message for d in rewritten(texts_of(folder)).diagnostics]
    assert wanted is None or any(wanted in message for message in messages), messages


@pytest.fixture(scope="session")
def verified(request: pytest.FixtureRequest) -> Iterator[Callable[[str], FixtureResult]]:
    """Return what verifies one fixture, before and after.

    Workers of pytest-xdist share the fixtures out among themselves, each with one set of children. A single process
    begins with all that are asked for, a few at once.
    """
    if importlib.util.find_spec("tensorflow") is None:  # importing it here would change the children's environment
        pytest.skip("tensorflow is not installed")
    alone = "PYTEST_XDIST_WORKER" not in os.environ
    with ExitStack() as stack:
        runners: SimpleQueue[Any] = SimpleQueue()
        for _ in range(PROCESSES if alone else 1):
            runners.put(stack.enter_context(open_runner()))

        def one(name: str) -> FixtureResult:
            runner = runners.get()
            try:
                (result,) = verify_fixtures(FOLDERS[name], options=VerifyOptions(), runner=runner)
            finally:
                runners.put(runner)
            return result

        if not alone:
            yield one
            return
        pool = ThreadPoolExecutor(PROCESSES)
        stack.callback(pool.shutdown, cancel_futures=True)
        names = [i.callspec.params["name"] for i in request.session.items if i.name.startswith("test_numbers[")]
        begun = {name: pool.submit(one, name) for name in names if name in FOLDERS}
        yield lambda name: begun[name].result()


@pytest.mark.parametrize("name", FOLDERS)
def test_numbers(verified: Callable[[str], FixtureResult], name: str) -> None:
    result = verified(name)
    assert result.ok, f"{result.evidence.verdict}: {result.evidence.reason}"
