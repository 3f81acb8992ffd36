"""Evidence for machines and for people: JUnit XML, and a page with curves."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

from migrator.verify import Evidence, FetchEvidence, VariableEvidence, Verdict, to_json
from migrator.verify.junit import render_junit
from migrator.verify.page import render_page

CURVE = ((3.0, 3.0), (2.0, 2.5), (1.0, 1.0))
GOOD = Evidence(
    Verdict.PASS, "2 variables and fetches are equal", "a.py",
    (VariableEvidence("net/w", (2, 3), "float32", 1e-7, 1e-6, True, "name", True),),
    (FetchEvidence("a.py:9:4", "step", 3, 0.5, 0.1, 1, True, None, "a.py:9", "b.py:7", CURVE),),
    {"class": "default", "rtol": 1e-5, "atol": 1e-6, "why": "a < b"}, oracle="2.21.0", seconds=1.5,
)  # fmt: skip
BAD = Evidence(Verdict.FAIL, "<x> differs \x00 & more", "b.py", unreached=("b.py:3:1",), unwritten=("v",))
OPEN = Evidence(Verdict.INCONCLUSIVE, "race", "c.py")
RESULTS = [("a", GOOD, True), ("b", BAD, False), ("c", OPEN, False), ("d", OPEN, True)]


def test_junit() -> None:
    suite = ElementTree.fromstring(render_junit(RESULTS))
    assert suite.attrib["tests"] == "4" and suite.attrib["failures"] == "1" and suite.attrib["errors"] == "1"
    assert [case.attrib["name"] for case in suite] == ["a", "b", "c", "d"]
    failure = suite.find("testcase/failure")
    assert failure is not None and failure.attrib["message"] == "<x> differs ? & more"
    assert "b.py:3:1" in (failure.text or "")
    assert "net/w" in (suite.findtext("testcase/system-out") or "")


def test_page_is_well_formed_and_stands_alone() -> None:
    page = render_page(RESULTS)
    open_tags: list[str] = []

    class Check(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag not in ("script", "link", "img"), "nothing comes from elsewhere"
            if tag != "meta":
                open_tags.append(tag)

        def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag == "polyline"

        def handle_endtag(self, tag: str) -> None:
            assert open_tags.pop() == tag

    Check().feed(page)
    assert not open_tags and "http" not in page
    assert "&lt;x&gt; differs" in page and "<x>" not in page
    assert "a.py:9" in page and "b.py:7" in page and "Never reached: b.py:3:1" in page


def test_curves_lie_over_each_other() -> None:
    lines = re.findall(r'polyline class="(\w+)" points="([^"]+)"', render_page(RESULTS))
    (first, before), (second, after) = lines
    assert (first, second) == ("before", "after") and len(before.split()) == 3
    assert before.split()[::2] == after.split()[::2] and before.split()[1] != after.split()[1]


def test_a_curve_with_gaps() -> None:
    fetch = FetchEvidence("x", None, 2, curve=((float("nan"), 1.0), (float("inf"), 1.0), (1.0, 1.0)))
    page = render_page([("n", Evidence(Verdict.PASS, "", fetches=(fetch,)), True)])
    assert "nan" not in page and "inf" not in page


def test_json_has_everything() -> None:
    data = to_json(GOOD)
    assert data["fetches"][0]["after"] == "b.py:7" and data["fetches"][0]["curve"][1] == (2.0, 2.5)
    assert to_json(BAD)["unreached"] == ("b.py:3:1",)
