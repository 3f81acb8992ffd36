"""Write docs/reference/rules.md from the rules themselves; with --check, only tell whether it is current.

python tools/document_rules.py [--check]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from migrator.model import Rule  # noqa: E402
from migrator.pipeline import RULES  # noqa: E402

TARGET = ROOT / "docs" / "reference" / "rules.md"
HEAD = """\
# Rules

<!-- Written by tools/document_rules.py; do not edit. -->

`migrator rules` lists them, `migrator explain CODE` shows one. Codes that begin with MIG0 are about files, MIG1 about
single names, MIG2 about sessions, variables and what belongs to them, MIG3 about what is worth knowing.

"""


def document(rules: tuple[Rule, ...] = RULES) -> str:
    """Return the whole text: a table of all rules, then each with its examples."""
    rows = [f"| [{r.code}](#{anchor(r)}) | {r.name} | {cell(r.summary)} |\n" for r in rules]
    table = "| code | name | what it does |\n| --- | --- | --- |\n" + "".join(rows)
    return HEAD + table + "".join(section(rule) for rule in rules)


def section(rule: Rule) -> str:
    """Return the text of one rule."""
    parts = [f"\n## {rule.code} {rule.name}\n\n{rule.summary}\n"]
    if rule.explanation:
        parts.append(f"\n{rule.explanation}\n")
    for title, code in (("Before", rule.before), ("After", rule.after)):
        if code:
            parts.append(f"\n{title}:\n\n```python\n{code.rstrip()}\n```\n")
    if rule.before and not rule.after and rule.code.startswith("MIG2"):
        parts.append("\nAfter: nothing; the line goes.\n")
    return "".join(parts)


def anchor(rule: Rule) -> str:
    """Return the address of a rule's heading as GitHub makes it."""
    return f"{rule.code} {rule.name}".lower().replace(" ", "-")


def cell(text: str) -> str:
    """Return text that fits into a table's cell."""
    return text.replace("|", "\\|").replace("\n", " ")


def main(argv: list[str] | None = None) -> int:
    """Write or check; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 if the file is not current")
    args = parser.parse_args(argv)
    text = document()
    if not args.check:
        TARGET.write_text(text, encoding="utf-8")
        return 0
    if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text:
        return 0
    print(f"{TARGET.relative_to(ROOT)} is not current: run python tools/document_rules.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
