"""Bytes to text and back without loss."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.model import Diagnostic
from migrator.source.decode import MAX_BYTES, Decoded, decode, match_newlines

BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        ("é = 1\n".encode(), "é = 1\n"),
        (BOM + b"x = 1\r\n", "x = 1\r\n"),
        (BOM + b"# coding: utf-8\nx = 1\n", "# coding: utf-8\nx = 1\n"),
        ("# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"), "# -*- coding: latin-1 -*-\nx = 'é'\n"),
        (
            "#!/bin/x\n# vim: fileencoding=cp1252 :\n'€'\n".encode("cp1252"),
            "#!/bin/x\n# vim: fileencoding=cp1252 :\n'€'\n",
        ),
        ("# coding: shift_jis\n'日本'\n".encode("shift_jis"), "# coding: shift_jis\n'日本'\n"),
        (b"a\r\nb\nc\rd", "a\r\nb\nc\rd"),
        (b"a\x0cb\x1cc\n", "a\x0cb\x1cc\n"),
    ],
)
def test_decoded_text_gives_the_same_bytes_back(data: bytes, text: str) -> None:
    decoded = decode(data, "a.py")
    assert isinstance(decoded, Decoded)
    assert decoded.text == text
    assert decoded.encode(decoded.text) == data


@pytest.mark.parametrize(
    ("data", "code", "line", "words"),
    [
        (b"x = 1\ny = '\xe9'\n", "MIG003", 2, "UTF-8"),
        (b"\xe9\n", "MIG003", 1, "UTF-8"),
        (b"# coding: klingon\nx = 1\n", "MIG003", 1, "klingon"),
        (BOM + b"# coding: latin-1\n", "MIG003", 1, "encoding problem"),
        (b"# coding: rot13\nvzcbeg bf\n", "MIG003", 1, "rot13"),
        (b"# coding: ascii\nx = '\xe9'\n", "MIG003", 2, "ascii"),
        (b"x = 1\n\0", "MIG004", 2, "null byte"),
        ("import tensorflow\n".encode("utf-16"), "MIG004", 1, "UTF-16"),
        (b"#" * (MAX_BYTES + 1), "MIG005", 1, "8 MB"),
    ],
)
def test_what_cannot_be_decoded_says_why_and_where(data: bytes, code: str, line: int, words: str) -> None:
    found = decode(data, "a.py")
    assert isinstance(found, Diagnostic)
    assert (found.code, found.line, found.severity, found.filename) == (code, line, "error", "a.py")
    assert words in found.message


@given(st.binary(max_size=200))
def test_any_bytes_come_back_or_are_refused(data: bytes) -> None:
    decoded = decode(data, "a.py")
    assert isinstance(decoded, Diagnostic) or decoded.encode(decoded.text) == data


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a\nb\n", "a\nx\nb\n", "a\nx\nb\n"),
        ("a\r\nb\r\n", "a\r\nx\ny\nb\r\n", "a\r\nx\r\ny\r\nb\r\n"),
        ("a\rb\r", "a\rx\nb\r", "a\rx\rb\r"),
        ("a\r\nb\n", "a\r\nx\nb\n", "a\r\nx\nb\n"),
        ("a\r\nb\rc\r\n", "a\r\nx\nb\rc\r\n", "a\r\nx\nb\rc\r\n"),
        ("a", "a\nb", "a\nb"),
    ],
)
def test_added_lines_get_the_newlines_of_the_file(old: str, new: str, expected: str) -> None:
    assert match_newlines(old, new) == expected
