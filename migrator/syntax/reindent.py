"""Move statements' texts to another depth without touching the inside of strings that span lines."""

from __future__ import annotations

import ast
import re

_SEPARATOR = re.compile(r"# ?(In ?\[|%%)|#[#=*\-_ ]{9,}$")  # cells and rules divide a file; they belong to no statement


def protected_lines(text: str) -> set[int]:
    """Return the line numbers (from 0) that start inside a string literal."""
    if "'''" not in text and '"""' not in text and "\\\n" not in text:
        return set()
    try:
        tree = ast.parse(text if not text[:1].isspace() else "if 1:\n" + text)
    except SyntaxError:
        return set()
    shift = 0 if not text[:1].isspace() else 1
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))):
            found.update(range(node.lineno - shift, (node.end_lineno or 0) - shift))
    return found


def dedent(text: str, columns: int) -> str:
    """Take `columns` characters of white space off every line but the first.

    Args:
        text: a statement's text, its first line without its indentation.
        columns: indentation of the statement where it stood.
    """
    if not columns or "\n" not in text:
        return text
    lines = text.split("\n")
    probe = "\n".join([" " * columns + lines[0], *lines[1:]])
    keep = protected_lines(probe)
    out = [lines[0]]
    for number, line in enumerate(lines[1:], 1):
        blank = len(line) - len(line.lstrip(" \t"))
        out.append(line if number in keep else line[min(columns, blank) :])
    return "\n".join(out)


def indent(text: str, prefix: str) -> str:
    """Put `prefix` before every line that is not empty and not inside a string."""
    keep = protected_lines(text)
    return "\n".join(
        line if number in keep or not line.strip() else prefix + line for number, line in enumerate(text.split("\n"))
    )


def comments_above(text: str, start: int) -> list[str]:
    """Return the comment lines directly above an offset, stripped, in order."""
    line_start = text.rfind("\n", 0, start) + 1
    found: list[str] = []
    while line_start > 0:
        previous = text.rfind("\n", 0, line_start - 1) + 1
        line = text[previous : line_start - 1].strip()
        if not line.startswith("#") or _SEPARATOR.match(line):
            break
        found.append(line)
        line_start = previous
    return list(reversed(found))


def comment_after(text: str, end: int) -> str:
    """Return the comment on the rest of an offset's line, with two spaces before it, or nothing."""
    stop = text.find("\n", end)
    rest = text[end : stop if stop >= 0 else len(text)].strip()
    return f"  {rest}" if rest.startswith("#") else ""
