"""The documents say what the tool does."""

from __future__ import annotations

import ast
import dataclasses
import importlib.util
import inspect
import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import migrator
from migrator.cli import cli
from migrator.config import load_config
from migrator.pipeline import RULES
from migrator.verify import Evidence, Verdict
from migrator.verify.options import options_from

ROOT = Path(__file__).parent.parent
DOCS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(
    (ROOT / "docs").rglob("*.md")
)
CODES = {rule.code for rule in RULES}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
EXAMPLE = re.compile(r"^<!-- (from|rewritten) (examples/\w+\.py) -->\n```python\n(.*?)^```$", re.M | re.S)
OPTIONS = {name: [o for p in command.params for o in p.opts if o.startswith("--") and o != "--help"]
           for name, command in cli.commands.items()}  # fmt: skip


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, language: str) -> list[str]:
    return [code for found, code in FENCE.findall(text_of(name)) if found == language]


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"tool_{name}", ROOT / "tools" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


# --- rules


def test_the_list_of_rules_is_current() -> None:
    assert text_of("docs/reference/rules.md") == tool("document_rules").document(), "run tools/document_rules.py"


def test_every_code_in_the_source_is_a_rule() -> None:
    used: dict[str, str] = {}
    for path in sorted((ROOT / "migrator").rglob("*.py")):
        for code in re.findall(r"""["'](MIG\d{3})["']""", path.read_text(encoding="utf-8")):
            used.setdefault(code, path.relative_to(ROOT).as_posix())
    assert used, "no code found: the test looks in the wrong place"
    assert not {code: path for code, path in used.items() if code not in CODES}
    assert not CODES - used.keys()


def test_every_code_in_the_documents_is_a_rule() -> None:
    found = {code for path in DOCS for code in re.findall(r"\bMIG\d{3}\b", path.read_text(encoding="utf-8"))}
    assert found <= CODES


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_rules_explain_themselves(rule: migrator.Rule) -> None:
    assert rule.name and rule.summary.endswith(".") and rule.explanation
    for code in (rule.before, rule.after):
        if rule.code not in ("MIG001", "MIG002"):  # these are about text that does not parse
            ast.parse(code)


# --- lenses


def test_the_table_of_lenses_is_current() -> None:
    assert text_of("docs/reference/lenses.md") == tool("document_lenses").document(), "run tools/document_lenses.py"


def test_every_lens_and_every_way_has_a_fixture() -> None:
    lenses = tool("document_lenses")
    assert not [symbol for symbol, found in lenses.by_row().items() if not found]
    assert not set(lenses.WANTED.split("; ")) - lenses.by_way().keys()


def test_a_lens_without_fixture_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    lenses = tool("document_lenses")
    monkeypatch.setattr(lenses, "shows", lambda: iter([("one", {"rows": ["tensorflow.concat"]})]))
    found = lenses.by_row()
    assert found["tensorflow.concat"] == ["one"] and found["tensorflow.stack"] == []


def test_what_every_fixture_shows_is_in_it() -> None:
    for name, shown in tool("document_lenses").shows():
        text = text_of(f"tests/fixtures/{name}/before.py")
        for symbol in shown.get("rows", []):
            word = symbol.rsplit(".", 1)[-1]
            aliases = {"subscript": "[", "index": "[", "list": "[", "tuple": "[", "reverse": "flip", "gather": "lookup"}
            assert word in text or aliases.get(word, word) in text, (name, symbol)


def test_every_function_of_the_api_is_decided() -> None:
    assert not tool("document_lenses").undecided()


# --- examples


@pytest.mark.parametrize(("kind", "name", "code"), EXAMPLE.findall(text_of("README.md")))
def test_the_readme_shows_the_examples(kind: str, name: str, code: str) -> None:
    text = text_of(name)
    if kind == "rewritten":
        text = str(migrator.rewrite_source(text, name).source)
    for part in re.split(r"^\.\.\.\n", code, flags=re.M):
        assert part in text


def test_the_readme_shows_both_sides() -> None:
    shown = {(kind, name) for kind, name, _ in EXAMPLE.findall(text_of("README.md"))}
    names = {name for _, name in shown}
    assert len(names) == 2 and shown == {(kind, name) for kind in ("from", "rewritten") for name in names}


def test_the_tutorial_shows_what_its_commands_print() -> None:
    pytest.importorskip("libcst")
    if importlib.util.find_spec("tensorflow") is None:  # importing it here would change the children's environment
        pytest.skip("tensorflow is not installed")
    examples = tool("document_examples")
    before = text_of("docs/tutorial.md")
    assert len(examples.BLOCK.findall(before)) == before.count("```console") >= 5
    assert examples.same(before, examples.current(before)), "run tools/document_examples.py"


def test_stale_output_in_a_document_is_seen() -> None:
    examples = tool("document_examples")
    text = "```console\n$ migrator explain MIG203\nnonsense 1.00e-05\n```\n"
    assert not examples.same(text, examples.current(text))
    assert examples.same(text, text.replace("1.00e-05", "2.00e-05"))
    assert not examples.same(text, text.replace("nonsense", "sense"))


def test_the_first_command_of_the_readme(tmp_path: Path) -> None:
    chain = next(code for code in blocks("README.md", "sh") if "migrator rewrite" in code).strip().split(" && ")
    commands = [shlex.split(part) for part in chain]
    assert [c[0] for c in commands[1:]] == [".venv/bin/pip", ".venv/bin/migrator", ".venv/bin/migrator"]
    assert commands[1][1:] == ["install", ".[verify]"]
    rewrite, verify = commands[2][1:], commands[3][1:]
    output = tmp_path / "after"
    assert rewrite[0] == "rewrite" and rewrite[2] == "--output" and verify[0] == "verify"
    command = [sys.executable, "-m", "migrator", "rewrite", rewrite[1], "--output", str(output)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert verify[1] == rewrite[1]
    assert (output / Path(verify[2]).relative_to(rewrite[3])).is_file()


# --- reference


def words(name: str) -> set[str]:
    return set(re.findall(r"--[a-z][a-z0-9-]*", text_of(name)))


@pytest.mark.parametrize("command", OPTIONS)
def test_every_option_is_documented(command: str) -> None:
    assert not set(OPTIONS[command]) - words("docs/reference/cli.md")


@pytest.mark.parametrize("path", [p for p in DOCS if p.name != "CONTRIBUTING.md"], ids=lambda p: p.name)
def test_documented_commands_and_options_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for line in re.findall(r"(?:^\$ |`|&& (?:\S*/)?|^)migrator ([a-z]+(?: [^`\n&]*)?)", text, re.M):
        name, *rest = line.split()
        if name in cli.commands:
            assert {word for word in rest if word.startswith("--")} <= {*OPTIONS[name], "--help"}, line
        else:
            assert not any(word.startswith("--") for word in rest), line


def test_every_verdict_is_documented() -> None:
    rows = re.findall(r"^\| ([A-Z]+) \|", text_of("docs/reference/cli.md"), re.M)
    assert set(rows) == {str(verdict) for verdict in Verdict}


def test_settings_in_the_how_to_are_valid(tmp_path: Path) -> None:
    settings, options = blocks("docs/how-to.md", "toml")
    (tmp_path / "pyproject.toml").write_text(settings, encoding="utf-8")
    config = load_config(None, [tmp_path])
    assert config.ignore and config.exclude and config.optimizers == "exact" and config.jobs
    table = tomllib.loads(options)
    assert options_from(table, tmp_path / "verify.toml").edit[0].file in table["edit"][0].values()


def shape_of(value: Any) -> Any:
    """The keys of a JSON value, through its first elements."""
    if isinstance(value, dict):
        return {key: shape_of(item) for key, item in value.items()}
    return [shape_of(value[0])] if isinstance(value, list) and value else type(value).__name__ if value else None


def test_the_json_report_has_the_documented_keys() -> None:
    command = [sys.executable, "-m", "migrator", "diff", "--format", "json", "examples/assign_through_concat.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    real = json.loads(done.stdout)
    (documented,) = [json.loads(code) for code in blocks("docs/reference/cli.md", "json")]
    for place in (lambda d: d, lambda d: d["run"], lambda d: d["counts"], lambda d: d["files"][0],
                  lambda d: d["files"][0]["diagnostics"][0], lambda d: d["files"][0]["sessions"][0]):  # fmt: skip
        assert place(documented).keys() == place(real).keys()
    site = real["files"][0]["sessions"][0]["sites"][0]
    documented_site = re.search(r"A site has (.*?)\. ", text_of("docs/reference/cli.md").replace("\n", " "))
    assert documented_site is not None
    assert set(re.findall(r"`([a-z]+)`", documented_site[1])) >= site.keys()


def test_the_python_reference() -> None:
    text = text_of("docs/reference/api.md")
    functions = {"rewrite_source": migrator.rewrite_source, "rewrite_project": migrator.rewrite_project,
                 "verify": migrator.verify.verify}  # fmt: skip
    headings = dict(re.findall(r"^## (\w+)\((.*)\) ->", text, re.M))
    assert headings.keys() == functions.keys()
    for name, arguments in headings.items():
        named = re.findall(r"(?:^|, )(\w+)", arguments)
        parameters = list(inspect.signature(functions[name]).parameters)
        assert named == [p for p in parameters if p not in ("runner", "rewrite")]
    for name, fields in re.findall(r"^\| `(\w+)` \| (.*?) \|$", text, re.M):
        known = {field.name for field in dataclasses.fields(getattr(migrator, name))}
        named_fields = set(re.findall(r"`([a-z]+)`", fields)) - {"info", "manual", "error"}
        extra = {"diagnostics"} if name == "ProjectResult" else set()
        assert named_fields - extra <= known and known - named_fields <= {"filename"}, name
    assert {"verdict", "reason", "variables", "fetches"} <= {field.name for field in dataclasses.fields(Evidence)}


# --- all documents


@pytest.mark.parametrize("path", DOCS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        place = (path.parent / file).resolve() if file else path
        assert place.is_file(), target
        headings = re.findall(r"^#+ (.*)$", place.read_text(encoding="utf-8"), re.M)
        known = {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}
        assert not anchor or anchor in known, target


@pytest.mark.parametrize("path", DOCS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_documents_name_no_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"(?<![\w.])/(work|home|tmp|root|Users)/", text)
    assert "<!-- output" not in text and "the lead" not in text
