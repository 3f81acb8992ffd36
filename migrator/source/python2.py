"""What is wrong with a text that does not parse: Python 2, or a mistake."""

from __future__ import annotations

import ast
import re
import warnings

from migrator.model import Diagnostic
from migrator.source.rules import problem

_BLANK = re.compile(
    r"(?P<comment>#[^\r\n]*)"
    r"|(?P<prefix>\b[bBrRuUfF]{1,2})?(?P<string>'''(?:\\.|[^\\])*?'''|\"\"\"(?:\\.|[^\\])*?\"\"\""
    r"|'(?:\\.|[^\\'\r\n])*'|\"(?:\\.|[^\\\"\r\n])*\")",
    re.DOTALL,
)
_NEWLINE = re.compile(r"\r\n|\r|\n")
# Every pattern is an error in Python 3 wherever it stands outside of strings and comments.
_SIGNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "print statement",
        re.compile(r"(?:^|[:;])[ \t]*print(?:[ \t]*['\"]|[ \t]+(?!(?:in|is|and|or|if|not in)\b)[\w{])"),
    ),
    ("except X, e:", re.compile(r"^[ \t]*except[ \t]+(?:[\w.]+|\([^)]*\))[ \t]*,[ \t]*\w+[ \t]*:")),
    ("raise X, message", re.compile(r"(?:^|[:;])[ \t]*raise[ \t]+[\w.]+[ \t]*,")),
    ("exec statement", re.compile(r"(?:^|[:;])[ \t]*exec(?:[ \t]*['\"]|[ \t]+(?!(?:in|is|and|or|if|not in)\b)\w)")),
    ("backticks", re.compile(r"`[^`\n]+`")),
    ("<> operator", re.compile(r"<>")),
    ("octal or long literal", re.compile(r"(?<![\w.])(?:0[0-7]*[1-7][0-7]*[lL]?|\d+[lL])\b(?!\.)")),
    ("ur string", re.compile(r"\b[uU][rR]['\"]")),
    (
        "tuple parameter",
        re.compile(r"\blambda[ \t]*\(|^[ \t]*def[ \t]+\w+[ \t]*\((?:[^()]*,)?[ \t]*\([ \t]*[A-Za-z_]\w*"),
    ),
)


def syntax_problem(text: str, filename: str) -> Diagnostic | None:
    """Return why a text does not parse: MIG002 if it looks like Python 2, else MIG001; None if it does parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        line = error.lineno or 1
        if sign := python2_sign(text, line):
            message = f"Python 2 ({sign[1]}): run a 2to3 pass first (pip install fissix; fissix -w FILE), then migrator"
            return problem("MIG002", message, filename, line=sign[0])
        return problem("MIG001", f"syntax error: {error.msg}", filename, line=line, column=max(error.offset or 1, 1))
    except (RecursionError, MemoryError):
        return problem("MIG001", "too deeply nested to be parsed", filename)
    except ValueError as error:  # null bytes, lone surrogates
        return problem("MIG001", f"not source text: {error}", filename)
    return None


def python2_sign(text: str, error_line: int) -> tuple[int, str] | None:
    """Tell whether a text that does not parse looks like Python 2.

    Args:
        text: a text that `ast.parse` refuses.
        error_line: the line of its error. A sign after it proves nothing: an open string shifts all that follows.

    Returns:
        Line (from 1) and name of the first construct that only Python 2 has, or None.
    """
    lines = _NEWLINE.split(_BLANK.sub(_blank, text))
    for number, line in enumerate(lines[:error_line], 1):
        for name, pattern in _SIGNS:
            if pattern.search(line):
                return number, name
    return None


def _blank(match: re.Match[str]) -> str:
    """Return an empty string literal with as many line breaks, or nothing for a comment."""
    if match["comment"] is not None:
        return ""
    return (match["prefix"] or "") + '""' + "\n" * len(_NEWLINE.findall(match["string"]))
