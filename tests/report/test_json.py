"""The report for programs."""

from __future__ import annotations

import json

from migrator.model import Diagnostic, Result, Session, Severity, Site, SiteKind, Span
from migrator.report.json import document, dumps


def test_document_holds_all_and_is_json() -> None:
    site = Site("a.py:4:1", SiteKind.READ, Span(4, 0, 4, 9), Span(5, 0, 5, 7), "step", ("loss",), (0,), ("x",))
    found = Diagnostic(1, 2, "MIG201", Severity.MANUAL, "é", "tf.x", "a.py")
    result = Result(
        "", True, (found,), (Session(2, False, (site,), "why", "a.py"),), filename="a.py", created={"h.py": ""}
    )
    report = json.loads(dumps(document([result], version="1.2", idle=2, diffs={"a.py": "--- a/a.py"})))
    assert report["run"] == {"tool": "migrator", "version": "1.2", "schema": 1}
    assert report["counts"] == {"files": 3, "changed": 1, "info": 0, "manual": 1, "error": 0}
    (file,) = report["files"]
    assert file["diagnostics"] == [
        {"line": 1, "column": 2, "code": "MIG201", "severity": "manual", "symbol": "tf.x", "message": "é"}
    ]
    (shown,) = file["sessions"]
    assert (shown["line"], shown["converted"], shown["reason"]) == (2, False, "why")
    assert shown["sites"][0]["kind"] == "read" and shown["sites"][0]["after"] == [5, 0, 5, 7]
    assert (shown["sites"][0]["kept"], shown["sites"][0]["feeds"]) == ([0], ["x"])
    assert (file["created"], file["diff"]) == (["h.py"], "--- a/a.py")


def test_no_diff_no_field() -> None:
    (file,) = document([Result("", False, filename="a.py")], version="1")["files"]
    assert "diff" not in file
