"""Facts by groups of modules: a rule sees what its module shares graph code with, and nothing else."""

from __future__ import annotations

import ast

from migrator.analysis.facts import Facts
from migrator.analysis.modules import Project
from migrator.analysis.parts import by_module, groups
from migrator.analysis.statements import Interpreter
from migrator.tables.canonical import canonical


def walked(texts: dict[str, str]) -> tuple[Facts, Project]:
    project = Project(texts)
    interpreter = Interpreter(project, canonical)
    for path in texts:
        module = project.load(path)
        assert module is not None
        interpreter.run_module(module)
    return interpreter.facts, project


def test_groups_are_what_reaches_each_other() -> None:
    reached = {"a": {"b"}, "c": {"b"}, "d": {"elsewhere"}}
    assert sorted(map(sorted, groups("abcde", reached))) == [["a", "b", "c"], ["d"], ["e"]]


def test_a_module_looks_over_its_group_only() -> None:
    facts, project = walked(
        {
            "helper.py": "import tensorflow as tf\ndef double(x):\n    return tf.add(x, x)\n",
            "script.py": "import tensorflow as tf\nfrom helper import double\ny = double(tf.placeholder(tf.float32))\n",
            "other.py": "import tensorflow as tf\nv = tf.Variable(1.0)\n",
        }
    )
    parts = by_module(facts, project.modules)
    assert parts["script.py"] is parts["helper.py"] is not parts["other.py"]
    names = {path: set(part.symbols.values()) for path, part in parts.items()}
    assert "tensorflow.add" in names["script.py"] and "tensorflow.Variable" not in names["script.py"]
    assert "tensorflow.Variable" in names["other.py"] and "tensorflow.add" not in names["other.py"]
    assert not parts["script.py"].variables and len(parts["other.py"].variables) == 1
    call = next(n for n in ast.walk(project.modules["other.py"].tree) if isinstance(n, ast.Call))
    assert parts["script.py"].values[call] is facts.values[call]  # what is looked up is the project's
