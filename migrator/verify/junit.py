"""Evidence as JUnit XML, which CI systems read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree

from migrator.verify.evidence import Evidence, Verdict
from migrator.verify.render import render_text

_INVALID = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # not allowed in XML


def render_junit(results: Iterable[tuple[str, Evidence, bool]]) -> str:
    """Return a test suite with one case for each program.

    Args:
        results: (name, evidence, as expected). Of what is not as expected, a FAIL is a failure, a verdict that says
            nothing is an error.
    """
    suite = ElementTree.Element("testsuite", name="migrator verify")
    counts = {"failure": 0, "error": 0}
    total, seconds = 0, 0.0
    for name, evidence, good in results:
        total += 1
        seconds += evidence.seconds
        case = ElementTree.SubElement(suite, "testcase", classname="migrator.verify", name=_text(name))
        case.set("time", f"{evidence.seconds:.2f}")
        if not good:
            kind = "error" if evidence.verdict is Verdict.INCONCLUSIVE else "failure"
            counts[kind] += 1
            found = ElementTree.SubElement(case, kind, type=str(evidence.verdict), message=_text(evidence.reason))
            found.text = _text(render_text(evidence))
        else:
            ElementTree.SubElement(case, "system-out").text = _text(render_text(evidence))
    suite.set("tests", str(total))
    suite.set("failures", str(counts["failure"]))
    suite.set("errors", str(counts["error"]))
    suite.set("time", f"{seconds:.2f}")
    ElementTree.indent(suite)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suite, encoding="unicode") + "\n"


def _text(value: str) -> str:
    return _INVALID.sub("?", value)
