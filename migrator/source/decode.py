"""Bytes to text and back without loss: PEP 263 cookies, byte order marks, newlines."""

from __future__ import annotations

import codecs
import io
import re
import tokenize
from dataclasses import dataclass

from migrator.model import Diagnostic
from migrator.source.rules import problem

MAX_BYTES = 8_000_000
_LONE_LF = re.compile(r"(?<!\r)\n")
_ANY_NEWLINE = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file and what is needed to give it back byte for byte.

    Attributes:
        text: without byte order mark, newlines as in the file.
        encoding: as the cookie or the mark says, else ``utf-8``.
        bom: the file starts with a UTF-8 byte order mark.
    """

    text: str
    encoding: str = "utf-8"
    bom: bool = False

    def encode(self, text: str) -> bytes:
        """Return `text` as bytes of the same kind.

        Raises:
            UnicodeEncodeError: the encoding has no such character.
        """
        return (codecs.BOM_UTF8 if self.bom else b"") + text.encode(self.encoding)


def decode(data: bytes, filename: str) -> Decoded | Diagnostic:
    """Decode a source file.

    Args:
        data: the whole file.
        filename: for the message.

    Returns:
        The text, for which ``decoded.encode(decoded.text) == data`` holds, or a diagnostic that says why there is none.
    """
    if len(data) > MAX_BYTES:
        size = f"{len(data) / 1e6:.1f} MB"
        return problem("MIG005", f"{size} is more than the {MAX_BYTES // 1_000_000} MB that are read", filename)
    if (at := data.find(b"\0")) >= 0:
        line = data.count(b"\n", 0, at) + 1
        return problem("MIG004", "null byte: not source text (or saved as UTF-16)", filename, line=line)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError as error:  # unknown cookie, cookie against the mark, or a first line that is not UTF-8
        return _undecodable(data, str(error), filename)
    bom = encoding == "utf-8-sig"
    encoding = "utf-8" if bom else encoding
    try:
        text = data[len(codecs.BOM_UTF8) if bom else 0 :].decode(encoding)
        decoded = Decoded(text, encoding, bom)
        if decoded.encode(text) != data:
            return problem("MIG003", f"the encoding {encoding} does not give the same bytes back", filename)
    except (UnicodeError, LookupError, ValueError) as error:
        return _undecodable(data, f"{encoding}: {error}", filename)
    return decoded


def _undecodable(data: bytes, reason: str, filename: str) -> Diagnostic:
    """Return the diagnostic for bytes that do not decode, at the first byte that is not UTF-8."""
    line = 1
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        reason = f"{reason} (byte 0x{data[error.start]:02x})"
    hint = "save it as UTF-8, or name its encoding in the first line: # -*- coding: latin-1 -*-"
    return problem("MIG003", f"cannot decode: {reason}; {hint}", filename, line=line)


def match_newlines(old: str, new: str) -> str:
    """Give the lines that a rewrite added the newlines of the file.

    Only a text with one convention throughout is touched; in a mixed one added lines end in a line feed.

    Args:
        old: the text as it was.
        new: the rewritten text.
    """
    if "\r" not in old or old is new:
        return new
    kinds = set(_ANY_NEWLINE.findall(old))
    if kinds == {"\r\n"}:
        return _LONE_LF.sub("\r\n", new)
    return _ANY_NEWLINE.sub("\r", new) if kinds == {"\r"} else new
