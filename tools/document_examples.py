"""Write into the tutorial what its commands print; with --check, only tell whether that is current.

    python tools/document_examples.py [--check] [FILE ...]

Every ``console`` block of a document begins with a ``$ migrator ...`` line. The commands of a document run one after
the other in a fresh git repository that holds the examples, and what they print, first to standard output and then to
standard error, takes the place of the rest of their block.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = (ROOT / "docs" / "tutorial.md",)
BLOCK = re.compile(r"^```console\n\$ (migrator .*)\n(?:.*\n)*?```$", re.M)
MEASURED = re.compile(r"\b\d\.\d\de[+-]\d\d\b")  # differences: the last digits depend on the processor


class Workplace:
    """A git repository with a copy of the examples, in which the commands of one document run.

    Args:
        folder: an empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns("__pycache__"))
        self._git("init", "-q")
        self._git("add", "-A")
        self._git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "Before the migration")

    def _git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self.folder, check=True, capture_output=True)

    def run(self, command: str) -> str:
        """Return what a command prints."""
        words = [sys.executable, "-m", "migrator", *shlex.split(command)[1:]]
        path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        done = subprocess.run(words, cwd=self.folder, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env={**os.environ, "NO_COLOR": "1", "PYTHONPATH": path})  # fmt: skip
        return done.stdout + done.stderr


def current(text: str) -> str:
    """Return a document with what its commands print now."""
    with tempfile.TemporaryDirectory() as folder:
        place = Workplace(Path(folder))
        return BLOCK.sub(lambda m: f"```console\n$ {m[1]}\n{place.run(m[1]).rstrip()}\n```", text)


def same(one: str, other: str) -> bool:
    """Tell whether two documents are equal but for measured differences."""
    return MEASURED.sub("#", one) == MEASURED.sub("#", other)


def main(argv: list[str] | None = None) -> int:
    """Write or check; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 if a file is not current")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", default=list(DOCUMENTS))
    args = parser.parse_args(argv)
    stale = []
    for file in args.files:
        text = file.read_text(encoding="utf-8")
        new = current(text)
        if same(text, new):
            continue
        stale.append(file)
        if not args.check:
            file.write_text(new, encoding="utf-8")
    if args.check and stale:
        print(f"not current: {', '.join(map(str, stale))}: run python tools/document_examples.py", file=sys.stderr)
    return int(args.check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
