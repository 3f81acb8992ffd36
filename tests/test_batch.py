"""Many projects: crashes stay with their file, any executor does."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from migrator.batch import InProcess, Job, Options, process, run
from migrator.outcome import Outcome
from migrator.source.discover import discover
from migrator.source.projects import Project, load

TF = "import tensorflow as tf\n"


def projects(root: Path, files: dict[str, str], *given: str) -> list[Project]:
    """Write files and load the given paths."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return load(discover([root / path for path in given or (".",)]))


def codes(outcomes: list[Outcome]) -> dict[str, list[str]]:
    """Return the codes found, by file name."""
    return {outcome.path.name: [d.code for d in outcome.result.diagnostics] for outcome in outcomes}


def forked() -> ProcessPoolExecutor:
    """Return a pool whose workers have the fake pipeline."""
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork"))


def test_one_project_is_one_call(tmp_path: Path, pipeline: ModuleType) -> None:
    run(projects(tmp_path, {"a.py": TF, "sub/b.py": TF}), Options(), InProcess())
    assert [sorted(call["files"]) for call in pipeline.CALLS] == [["a.py", "sub/b.py"]]


@pytest.mark.parametrize("make", [InProcess, lambda: ThreadPoolExecutor(2), forked])
def test_any_executor_gives_the_same(tmp_path: Path, pipeline: ModuleType, make: Callable[[], Executor]) -> None:
    found = projects(tmp_path, {"x/a.py": TF + "OLD\n", "y/a.py": TF + "BOOM\n", "z/a.py": TF + "OLD\n"}, "x", "y", "z")
    with make() as executor:
        outcomes = run(found, Options(), executor)
    assert [outcome.after for outcome in outcomes] == [(TF + text).encode() for text in ("NEW\n", "BOOM\n", "NEW\n")]
    assert [[d.code for d in outcome.result.diagnostics] for outcome in outcomes] == [[], ["MIG090"], []]


def test_a_crash_is_put_on_the_file_that_causes_it(tmp_path: Path, pipeline: ModuleType) -> None:
    files = {"bad.py": TF + "import used\nBOOM\n", "used.py": TF + "OLD\n", "good.py": TF + "OLD\n"}
    outcomes = run(projects(tmp_path, files), Options(), InProcess())
    assert codes(outcomes) == {"bad.py": ["MIG090"], "good.py": [], "used.py": ["MIG091"]}
    assert {outcome.path.name: outcome.result.changed for outcome in outcomes} == {
        "bad.py": False, "good.py": True, "used.py": False,
    }  # fmt: skip
    (wrong,) = outcomes[0].result.diagnostics
    assert "KeyError: 'BOOM' (fake_pipeline.py:" in wrong.message


def test_a_crash_that_no_file_causes_alone_is_put_on_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pipeline: ModuleType
) -> None:
    real = pipeline.rewrite_sources

    def together(files: dict[str, str], **options: Any) -> Any:
        if len(files) > 1:
            raise RecursionError("too deep")
        return real(files, **options)

    monkeypatch.setattr(pipeline, "rewrite_sources", together)
    assert codes(run(projects(tmp_path, {"a.py": TF, "b.py": TF}), Options(), InProcess())) == {
        "a.py": ["MIG090"], "b.py": ["MIG090"],
    }  # fmt: skip


def test_a_worker_that_dies_does_not_take_the_others_along(tmp_path: Path, pipeline: ModuleType) -> None:
    found = projects(tmp_path, {"x/a.py": TF + "DIE\n", "y/b.py": TF + "OLD\n", "z/c.py": TF + "OLD\n"}, "x", "y", "z")
    with forked() as executor:
        outcomes = run(found, Options(), executor, rescue=forked)
    assert codes(outcomes) == {"a.py": ["MIG090"], "b.py": [], "c.py": []}
    assert [outcome.result.changed for outcome in outcomes] == [False, True, True]


def test_an_executor_that_takes_nothing_is_a_diagnostic(tmp_path: Path, pipeline: ModuleType) -> None:
    class Closed(Executor):
        def submit(self, *_: Any, **__: Any) -> Future[Any]:
            raise RuntimeError("cannot schedule new futures")

    assert codes(run(projects(tmp_path, {"a.py": TF}), Options(), Closed())) == {"a.py": ["MIG090"]}


def test_text_without_tensorflow_does_not_reach_the_pipeline(pipeline: ModuleType) -> None:
    result = process(Job({"a.py": "print 'x'\n", "b.py": "x = 1\n"}, frozenset({"a.py", "b.py"})))
    assert pipeline.CALLS == []
    assert [d.code for d in result.files["a.py"].diagnostics] == ["MIG002"]
    assert "b.py" not in result.files  # nothing to say
    result = process(Job({"a.py": "def f(:\n", "b.py": TF}, frozenset({"a.py", "b.py"})))
    assert [d.code for d in result.files["a.py"].diagnostics] == ["MIG001"]


def test_the_outside_is_read_and_never_changed(tmp_path: Path, pipeline: ModuleType) -> None:
    outcomes = run(
        projects(tmp_path, {"a.py": TF + "import b\nOLD\n", "b.py": TF + "OLD SAY manual\n"}, "a.py"),
        Options(),
        InProcess(),
    )
    assert pipeline.CALLS[0]["writable"] == {"a.py"} and set(pipeline.CALLS[0]["files"]) == {"a.py", "b.py"}
    assert codes(outcomes) == {"a.py": []}


def test_python_2_and_encoding_of_the_new_text(
    tmp_path: Path, pipeline: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "latin.py").write_bytes("# coding: latin-1\n# tensorflow é\nOLD\n".encode("latin-1"))
    found = projects(tmp_path, {"two.py": TF + "print 'x'\n"})
    assert codes(run(found, Options(), InProcess())) == {"latin.py": [], "two.py": ["MIG002"]}
    monkeypatch.setattr(
        pipeline, "_one", lambda path, text, _: pipeline.Result(text + "# \u20ac\n", True, filename=path)
    )
    outcomes = run(found, Options(), InProcess())
    assert codes(outcomes)["latin.py"] == ["MIG003"]
    assert outcomes[0].after == outcomes[0].before
