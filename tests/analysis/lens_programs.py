"""Random TF1 programs that write to derived tensors, what NumPy says they should do, and what migrated ones do.

A program is a random target of `lens_trees`, spelled as a person may spell it: inline, by names (bound again, unpacked,
in lists and dicts), through helpers and lambdas; written by a function, a method, in a helper, in a group or
under control dependencies; with a constant, a NumPy array, a tensor, a placeholder or an expression of the target.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import linecache
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import lens_numpy
import numpy as np
from hypothesis import strategies as st
from lens_trees import ROWS, SYNTAX, Trees

from migrator.analysis.lens import Derived, Leaf
from migrator.pipeline import rewrite_sources

MODULES = {
    "import tensorflow as tf": "tf.",
    "import tensorflow as T": "T.",
    "import tensorflow.compat.v1 as tf": "tf.",
}
_COUNT = itertools.count()
HOWS = ("assign", "assign_add", "assign_sub")
ROOTS = [row for row in ROWS if row not in ("read_value", "value", "conj", "linalg.adjoint")]


@dataclass
class Program:
    """One program.

    Attributes:
        text: TF1 source.
        variables: name -> the array that NumPy says it has at the end.
        result: what the write's value should be; None where nothing takes it.
        root: the target's outermost op.
    """

    text: str
    variables: dict[str, np.ndarray]
    result: np.ndarray | None
    root: str


@dataclass
class Speller:
    """Writes a target as TF1 source: statements, and an expression."""

    pick: Callable[[list[Any]], Any]
    tf: str
    lines: list[str] = field(default_factory=list)
    count: int = 0

    def name(self, stem: str) -> str:
        """Return a new name."""
        self.count += 1
        return f"{stem}{self.count}"

    def of(self, node: Any) -> str:
        """Return an expression for a node, with its parts perhaps in statements before it."""
        if isinstance(node, Leaf):
            return node.text.replace("vars_.", "")
        return self.bound(node, self.plain(node))

    def plain(self, node: Derived) -> str:
        """Return the call or subscript that makes a node."""
        sources = [self.of(s) for s in node.sources]
        op = node.op.removeprefix("tensorflow.")
        if op == "subscript":
            return f"{sources[0]}[{node.args['key'].text.replace('tf.newaxis', self.tf + 'newaxis')}]"
        if op == "index":
            return f"{sources[0]}[{node.args['i'].text}]"
        if op in ("read_value", "value"):
            leaf = isinstance(node.sources[0], Leaf)
            return f"{sources[0]}.{op}()" if leaf else f"{self.tf}identity({sources[0]})"
        args = [f"{k}={a.text.replace('tf.', self.tf)}" for k, a in node.args.items()]
        if op == "list":
            return self.list_of(sources)
        if op == "dynamic_stitch":
            return f"{self.tf}dynamic_stitch({args[0]}, data={sources[0]})"
        if op in ("concat", "stack"):
            listed = len(node.sources) == 1 and isinstance(node.sources[0], Derived) and is_list(node.sources[0])
            sources = sources if listed else [self.list_of(sources)]
        return f"{self.tf}{op}({', '.join([*sources, *args])})"

    def list_of(self, sources: list[str]) -> str:
        """Return a list of tensors: written out, with a name, or built by a comprehension or a loop."""
        form = self.pick(["plain", "plain", "name", "append", "comprehension"])
        inner = f"[{', '.join(sources)}]"
        if form == "plain":
            return inner
        name = self.name("parts")
        if form == "name":
            self.lines.append(f"{name} = {inner}")
        elif form == "append":
            self.lines += [f"{name} = []", *(f"{name}.append({s})" for s in sources)]
        else:
            item = self.name("part")
            self.lines.append(f"{name} = [{self.tf}identity({item}) for {item} in {inner}]")
        return name

    def bound(self, node: Derived, text: str) -> str:
        """Return a node's expression, or a way to reach it."""
        if is_list(node):
            if self.pick([True, False]):
                return text
            name = self.name("pieces")
            self.lines.append(f"{name} = {text}")
            return name
        form = self.pick(["inline", "inline", "name", "again", "list", "dict", "tuple", "helper", "lambda", "closure"])
        if form == "inline":
            return text
        name = self.name("t")
        if form == "name":
            self.lines.append(f"{name} = {text}")
        elif form == "again":
            self.lines += [f"tensor = {text}", f"{name} = tensor"]
        elif form == "list":
            self.lines.append(f"{name} = [{text}, None]")
            return f"{name}[0]"
        elif form == "dict":
            self.lines.append(f"{name} = {{'it': {text}}}")
            return f"{name}['it']"
        elif form == "tuple":
            self.lines.append(f"{name}, unused = {text}, 0")
        elif form == "helper":
            self.lines += [f"def make_{name}(x):", f"    return {self.tf}identity(x)", f"{name} = make_{name}({text})"]
        elif form == "lambda":
            self.lines.append(f"make_{name} = lambda: {text}")
            return f"make_{name}()"
        else:
            self.lines += [f"def make_{name}():", f"    inner = {text}", "    return inner"]
            return f"make_{name}()"
        return name


def is_list(node: Any) -> bool:
    """Tell whether a node is a list of tensors."""
    return isinstance(node, Derived) and node.op in ("tensorflow.split", "tensorflow.unstack", "list", "tuple")


def generate(draw: Callable[[Any], Any], depth: int = 3) -> Program:
    """Return a random program.

    Args:
        draw: hypothesis' draw.
        depth: at most so many ops on top of each other.
    """
    trees = Trees(draw)
    root = trees.pick(ROOTS)
    target = trees.row(root, trees.int(1, depth))
    arrays: dict[object, np.ndarray] = {}
    at = 1
    for name, shape in trees.shapes.items():
        size = int(np.prod(shape, dtype=int))
        arrays[name] = np.arange(at, at + size).reshape(shape).astype(trees.dtype)
        at += size
    old = np.asarray(lens_numpy.get(target, arrays, trees.names))
    new = (-100 - np.arange(old.size)).reshape(old.shape).astype(trees.dtype)
    how, pick = trees.pick(HOWS), trees.pick
    head = pick(list(MODULES))
    tf = MODULES[head]
    speller = Speller(pick, tf)
    lines = ["import numpy as np", head]
    for name, array in arrays.items():
        lines.append(_variable(pick, tf, str(name), array))
    target_text = speller.of(target)
    value, feed, new = _value(speller, target_text, old, new, trees.dtype)
    lines += speller.lines
    run, write = _write(speller, target_text, value, how)
    lines += write
    lines += [f"with {tf}Session() as sess:", f"    sess.run({tf}global_variables_initializer())"]
    taken = pick([True, False]) and run != "group"
    fed = f", {{{feed[0]}: {feed[1]}}}" if feed else ""
    lines.append(f"    {'result = ' if taken else ''}sess.run({'write' if run == 'group' else run}{fed})")
    total = {"assign": new, "assign_add": old + new, "assign_sub": old - new}[how].astype(trees.dtype)
    final = lens_numpy.put(target, arrays, total, trees.names)
    direct = isinstance(target, Derived) and target.op == "subscript" and isinstance(target.sources[0], Leaf)
    shown = None if not taken or (direct and how == "assign") else total
    if taken and any("control_dependencies" in line for line in write):
        shown = final["a"]
    return Program("\n".join(lines) + "\n", {str(k): v for k, v in final.items()}, shown, root)


def _variable(pick: Callable[[list[Any]], Any], tf: str, name: str, array: np.ndarray) -> str:
    start = f"np.array({array.tolist()}, dtype=np.{array.dtype}).reshape({list(array.shape)})"
    form = pick(["literal", "Variable", "get_variable"])
    if form == "literal" and array.size:
        return f"{name} = {tf}Variable({array.tolist()}, dtype={tf}{array.dtype}, name={name!r})"
    if form != "get_variable":
        return f"{name} = {tf}Variable({start}, name={name!r})"
    return f"{name} = {tf}get_variable({name!r}, initializer={start})"


def _value(
    speller: Speller, target: str, old: np.ndarray, new: np.ndarray, dtype: str
) -> tuple[str, tuple[str, str] | None, np.ndarray]:
    """Return (expression of the value, what is fed, its array)."""
    form = speller.pick(["numpy", "name", "tensor", "placeholder", "placeholder", "itself", "literal"])
    text, tf = f"np.array({new.tolist()}, dtype=np.{dtype}).reshape({list(new.shape)})", speller.tf
    if form == "numpy":
        return text, None, new
    if form == "name":
        speller.lines.append(f"new = {text}")
        return "new", None, new
    if form == "tensor":
        return f"{tf}constant({text})", None, new
    if form == "placeholder":
        speller.lines.append(f"x = {tf}placeholder({tf}{dtype}, {speller.pick([list(new.shape), None])})")
        return "x", ("x", text), new
    if form == "literal" and new.size:
        return repr(new.tolist()), None, new
    return f"{target} * 2", None, old * 2


def _write(speller: Speller, target: str, value: str, how: str) -> tuple[str, list[str]]:
    """Return (what is run, the statements of the write)."""
    pick, tf = speller.pick, speller.tf
    function, method = f"{tf}{how}({target}, {value})", f"({target}).{how}({value})"
    call = pick([function, function, method])
    form = pick(["name", "name", "inline", "group", "helper", "lambda", "control", "list", "op"])
    if form == "inline":
        return call, []
    if form == "group":
        return "group", [f"update = {call}", f"write = {tf}group(update)"]
    if form == "helper":
        inner = f"{tf}{how}(target, value)"
        return "write", ["def put(target, value):", f"    return {inner}", "", f"write = put({target}, {value})"]
    if form == "lambda":
        return "write", [f"put = lambda: {call}", "write = put()"]
    if form == "control":
        return "write", [f"first = {call}", f"with {tf}control_dependencies([first]):", "    write = a + 0"]
    if form == "list":
        return "writes[0]", [f"writes = [{call}]"]
    if form == "op":
        return "group", [f"write = {tf}group({call})"]
    return "write", [f"write = {call}"]


def outcome(program: Program) -> str:
    """Migrate and run a program.

    Returns:
        "equal", "refused: REASON", or "wrong: WHAT".
    """
    result = rewrite_sources({"p.py": program.text}).files["p.py"]
    if not result.changed:
        messages = [d.message for d in result.diagnostics if "not converted" in d.message]
        return "refused: " + (messages[0] if messages else "no reason given")
    space: dict[str, Any] = {"__name__": "__main__"}
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            name = f"program_{next(_COUNT)}.py"  # autograph reads the text
            linecache.cache[name] = (len(result.source), None, str(result.source).splitlines(keepends=True), name)
            exec(compile(str(result.source), name, "exec"), space)
    except Exception as error:
        return f"wrong: the new program raises {type(error).__name__}: {str(error).splitlines()[0]}\n{result.source}"
    for name, expected in program.variables.items():
        if not np.array_equal(space[name].numpy(), expected):
            return f"wrong: {name} is {space[name].numpy().tolist()}, not {expected.tolist()}\n{result.source}"
    if program.result is not None and not np.array_equal(space["result"], program.result):
        return f"wrong: the write's value is {space['result']}, not {program.result}\n{result.source}"
    return "equal"


__all__ = ["SYNTAX", "Program", "generate", "outcome", "st"]
