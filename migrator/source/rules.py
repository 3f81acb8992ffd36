"""The codes of what can be wrong with the input, before any TensorFlow is looked at."""

from __future__ import annotations

from migrator.model import Diagnostic, Rule, Severity

INPUT_RULES: tuple[Rule, ...] = (
    Rule(
        "MIG001",
        "syntax-error",
        "The file is not valid Python 3.",
        "The file does not parse, so nothing can be said about it and it is left as it is. Correct the place that the "
        "message names; `python -m py_compile FILE` shows the same error.",
        "loss = tf.reduce_mean(x",
    ),
    Rule(
        "MIG002",
        "python-2",
        "The file is Python 2.",
        "TensorFlow 2 needs Python 3, and only Python 3 is parsed. Run a 2to3 pass first, for example "
        "`pip install fissix` and `fissix -w FILE`, look at its changes, commit them, then run migrator.",
        'print "loss:", loss',
    ),
    Rule(
        "MIG003",
        "encoding",
        "The file cannot be decoded, or the new text cannot be encoded.",
        "A Python file is UTF-8 unless one of its first two lines says otherwise (PEP 263). Save it as UTF-8, or name "
        "its encoding in a comment: `# -*- coding: latin-1 -*-`.",
    ),
    Rule(
        "MIG004",
        "not-text",
        "The file holds null bytes: it is not source text.",
        "A binary file with a Python name, or text saved as UTF-16. It is left as it is. Save it as UTF-8, or exclude "
        "it with `--exclude`.",
    ),
    Rule(
        "MIG005",
        "too-large",
        "The file is larger than 8 MB.",
        "Files of this size are generated or hold data. It is left as it is: exclude it with `--exclude`, or split it.",
    ),
    Rule(
        "MIG006",
        "notebook",
        "Notebooks are not rewritten yet.",
        "The notebook mentions TensorFlow and is left as it is. Export it first "
        "(`jupyter nbconvert --to script FILE`) and rewrite the script.",
    ),
    Rule(
        "MIG007",
        "unreadable",
        "The file cannot be read or written.",
        "The message has the operating system's reason: permissions, a broken link, a full disk, or a file that "
        "changed while migrator ran. The file is left as it is.",
    ),
    Rule(
        "MIG008",
        "companion-exists",
        "A further file that the new text needs would overwrite a different one.",
        "Some rewrites need a small module beside the file. A file of that name is there and holds something else, so "
        "neither is written. Rename the existing file, or move it.",
    ),
    Rule(
        "MIG090",
        "internal-error",
        "migrator failed on this file.",
        "A defect of migrator, not of the file. The file is left as it is; the others are done. Please report the "
        "message with the smallest text that shows it.",
    ),
    Rule(
        "MIG091",
        "neighbour-failed",
        "Left as it was, because a file that uses it could not be processed.",
        "A change here might need a change there. Correct the other file first, then run migrator again.",
    ),
)


def problem(
    code: str, message: str, filename: str, *, line: int = 1, column: int = 1, severity: Severity = Severity.ERROR
) -> Diagnostic:
    """Return a diagnostic about an input file.

    Args:
        code: one of `INPUT_RULES`.
        message: what is wrong and what a person can do.
        filename: path of the file as it was given.
        line, column: place in the file, from 1.
        severity: `ERROR` unless the file was processed.
    """
    return Diagnostic(line, column, code, severity, message, None, filename)
