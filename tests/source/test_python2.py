"""Python 2 is told from a mistake."""

from __future__ import annotations

import pytest

from migrator.source.python2 import syntax_problem


@pytest.mark.parametrize(
    ("text", "line", "sign"),
    [
        ("x = 1\nprint 'hello'\n", 2, "print statement"),
        ("if x: print x, y\n", 1, "print statement"),
        ('print"a %s" % (\n  b)\n', 1, "print statement"),
        ("try:\n  pass\nexcept ValueError, e:\n  pass\n", 3, "except X, e:"),
        ("try:\n  pass\nexcept (A, B), e:\n  pass\n", 3, "except X, e:"),
        ("raise ValueError, 'no'\n", 1, "raise X, message"),
        ("exec 'x = 1' in ns\n", 1, "exec statement"),
        ("x = `y`\n", 1, "backticks"),
        ("if a <> b: pass\n", 1, "<> operator"),
        ("os.chmod(f, 0755)\n", 1, "octal or long literal"),
        ("x = 10L\n", 1, "octal or long literal"),
        ("x = ur'a'\n", 1, "ur string"),
        ("f = lambda (a, b): a\n", 1, "tuple parameter"),
        ("def f(x, (a, b)):\n  pass\n", 1, "tuple parameter"),
        ("'''\n\n'''\nprint 'x'\r\n", 4, "print statement"),
    ],
)
def test_python_2(text: str, line: int, sign: str) -> None:
    found = syntax_problem(text, "a.py")
    assert found is not None
    assert (found.code, found.line) == ("MIG002", line)
    assert sign in found.message and "2to3" in found.message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("def f(:\n", 1),
        ("x = 1\ny = (\n", 2),
        ("# print 'x'\ns = \"print 'x'\"\nx = = 1\n", 3),
        ("x = 1.5.5\n", 1),
        ("class A:\nx = 1\n", 2),
        ("x = '''open\nprint 'after an open string nothing is sure'\n", 1),
        ("print(x)\nexcept\n", 2),
    ],
)
def test_a_mistake_is_no_python_2(text: str, line: int) -> None:
    found = syntax_problem(text, "a.py")
    assert found is not None
    assert (found.code, found.line, found.severity) == ("MIG001", line, "error")


@pytest.mark.parametrize(
    "text", ["", "print(1)\n", "print >>f, x\n", "x = 0o17 + 00 + 01.5\n", "'\\d'\n", "exec('x')\n"]
)
def test_python_3_has_no_problem(text: str, recwarn: pytest.WarningsRecorder) -> None:
    assert syntax_problem(text, "a.py") is None
    assert not recwarn.list


def test_what_the_parser_gives_up_on() -> None:
    for text in ("(" * 5000 + ")" * 5000, "x = '\ud800'", "x\0"):
        found = syntax_problem(text, "a.py")
        assert found is not None and found.code == "MIG001"
