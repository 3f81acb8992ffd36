"""Unified diffs that ``git apply`` and ``patch`` accept, over bytes."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

_NO_NEWLINE = b"\\ No newline at end of file\n"


def unified(before: bytes | None, after: bytes, path: str, *, context: int = 3) -> bytes:
    """Return the unified diff of one file, empty if nothing changes.

    Lines end at line feeds only, as for git; other characters, carriage returns among them, belong to their line. A
    last line without a line feed gets git's mark.

    Args:
        before: the old bytes, None for a new file.
        after: the new bytes.
        path: POSIX path of the file.
        context: lines of context around a change.
    """
    if before == after:
        return b""
    old = b"/dev/null" if before is None else _header("a/", path)
    new = _header("b/", path)
    lines = difflib.diff_bytes(difflib.unified_diff, _lines(before or b""), _lines(after), b"", b"", b"", b"", context)
    out = [b"--- " + old + b"\n", b"+++ " + new + b"\n"]
    for index, line in enumerate(lines):
        if index >= 2:  # difflib's own header comes first
            out.append(line if line.endswith(b"\n") else line + b"\n" + _NO_NEWLINE)
    return b"".join(out)


def colored(diff: bytes) -> Iterator[bytes]:
    """Yield the lines of a diff with ANSI colours."""
    for line in diff.splitlines(keepends=True):
        code = b""
        if line.startswith((b"---", b"+++")):
            code = b"1"
        elif line.startswith(b"@@"):
            code = b"36"
        elif line.startswith((b"+", b"-")):
            code = b"32" if line.startswith(b"+") else b"31"
        yield b"\x1b[" + code + b"m" + line.rstrip(b"\n") + b"\x1b[0m\n" if code else line


def _lines(data: bytes) -> list[bytes]:
    lines = data.split(b"\n")
    return [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _header(prefix: str, path: str) -> bytes:
    """Return the name in a diff's header as git reads it.

    A path loses its root. After a name with spaces comes a tab; one with quotes or control characters is quoted as in
    C.
    """
    name = (prefix + path.lstrip("/")).encode("utf-8", "surrogateescape")
    if any(byte < 0x20 or byte in b'"\\\x7f' for byte in name):
        escaped = (b"\\%03o" % byte if byte < 0x20 or byte in b'"\\\x7f' else bytes([byte]) for byte in name)
        return b'"' + b"".join(escaped) + b'"'
    return name + (b"\t" if b" " in name else b"")
