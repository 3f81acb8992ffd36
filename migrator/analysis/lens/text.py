"""Source text of reads: a tree of derived tensors as a native TF2 expression."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from migrator.analysis.lens.model import Arg, Derived, Expr, Leaf, Node
from migrator.tables.lenses import Row, row_of

_PRIMARY = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.List, ast.Tuple, ast.Constant, ast.ListComp)
PLAIN = frozenset(
    (
        "tensorflow.identity",
        "tensorflow.convert_to_tensor",
        "tensorflow.guarantee_const",
        "tensorflow.ensure_shape",
        "tensorflow.check_numerics",
        "tensorflow.stop_gradient",
        "read_value",
        "value",
    )
)


def expression(text: str) -> ast.expr | None:
    """Returns the syntax tree of an expression's text, or None if it can't be parsed."""
    try:
        return ast.parse(f"({text}\n)", mode="eval").body
    except (SyntaxError, ValueError):
        return None


def is_name(text: str) -> bool:
    """Returns whether text may be written several times: a name or dotted name."""
    return all(part.isidentifier() for part in text.split("."))


def primary(text: str) -> str:
    """Returns text so that a subscript, attribute or operator may follow or precede it."""
    tree = expression(text)
    if isinstance(tree, _PRIMARY) and not (isinstance(tree, ast.Tuple) and not text.startswith("(")):
        numeric = isinstance(tree, ast.Constant) and isinstance(tree.value, (int, float, complex))
        return f"({text})" if numeric else text
    return f"({text})"


def operand(text: str) -> str:
    """Returns text as the right operand of + or -."""
    return text if isinstance(expression(text), ast.Constant) else primary(text)


def elements(text: str) -> list[str] | None:
    """Returns the texts of the elements of a list or tuple display, or None if text is something else."""
    tree = expression(text)
    if not isinstance(tree, (ast.List, ast.Tuple)) or any(isinstance(item, ast.Starred) for item in tree.elts):
        return None
    return [ast.unparse(item) for item in tree.elts]


def row_for(node: Derived) -> Row:
    """Returns the row of a derived tensor (which must have one)."""
    row = row_of(node.op)
    assert row is not None, node.op
    return row


def given(node: Derived, name: str) -> Arg | None:
    """Returns an argument of an op, or None if it is not given or None."""
    arg = node.args.get(name)
    return None if arg is None or arg.value is None or arg.text == "None" else arg


def call(row: Row, node: Derived, sources: Sequence[str], tf: str, native: str | None = None) -> str:
    """Returns a call of an op's native function on given sources with the arguments of node."""
    parts = list(sources)
    for param in row.params:
        arg = given(node, param.removesuffix("!"))
        if arg is not None and arg.value is not False:
            parts.append(arg.text if param.endswith("!") else f"{param}={arg.text}")
    return f"{tf}.{native or row.native}({', '.join(parts)})"


def is_list(node: Node) -> bool:
    """Returns whether a node is a list of tensors rather than a tensor."""
    if not isinstance(node, Derived):
        return False
    row = row_of(node.op)
    return row is not None and row.inverse in ("split", "unstack", "items", "partition")


def read(node: Node, tf: str, *, plain: bool = True) -> str:
    """Returns the expression that reads a node.

    Args:
        node: what to read.
        tf: the name of TensorFlow in the program.
        plain: leave out ops that change nothing but the object, such as identity.
    """
    if not isinstance(node, Derived):
        return node.text
    row = row_for(node)
    sources = [read(source, tf, plain=plain) for source in node.sources]
    if plain and node.op in PLAIN:
        return sources[0]
    if node.op == "subscript":
        return f"{primary(sources[0])}[{node.args['key'].text}]"
    if node.op == "index":
        return f"{primary(sources[0])}[{node.args['i'].text}]"
    if row.inverse == "items":
        inner = ", ".join(sources)
        return f"[{inner}]" if node.op != "tuple" else f"({inner}{',' if len(sources) == 1 else ''})"
    if row.inverse in ("concat", "stack"):
        single = len(sources) == 1 and is_list(node.sources[0])
        sources = sources if single else [f"[{', '.join(sources)}]"]
    return call(row, node, sources, tf)


def base_name(nodes: Sequence[Node]) -> str:
    """Returns a word for one or more trees, made from the names of their variables."""
    words: list[str] = []
    for node in nodes:
        for text in _leaf_texts(node):
            found = re.findall(r"[A-Za-z_]\w*|\d+", text)
            word = (found[-1] if found else "value").strip("_")
            if word and word not in words:
                words.append(word)
    return "_".join(words) if 0 < len(words) <= 3 else "value"


def _leaf_texts(node: Node) -> list[str]:
    """Returns the texts of the variables of a tree."""
    if isinstance(node, Derived):
        return [text for source in node.sources for text in _leaf_texts(source)]
    return [node.text] if isinstance(node, Leaf) else []


def dtype_text(node: Node, tf: str) -> str:
    """Returns the text of the dtype of a node."""
    if not isinstance(node, Derived):
        return f"{primary(node.text)}.dtype"
    if node.op == "tensorflow.cast":
        return node.args["dtype"].text
    if node.op == "tensorflow.bitcast":
        return node.args["type"].text
    if node.op in ("tensorflow.complex", "tensorflow.real", "tensorflow.imag"):
        return f"{primary(read(node, tf))}.dtype"
    return dtype_text(node.sources[0], tf)


def tensor(x: Expr, node: Node, tf: str) -> Expr:
    """Returns x as a tensor of node's dtype: Python and NumPy values are converted as TF1's assign did."""
    if not x.raw:
        return x
    maker = "constant" if x.elements is not None else "convert_to_tensor"
    return Expr(f"{tf}.{maker}({x.text}, dtype={dtype_text(node, tf)})", elements=x.elements, shape=x.shape)
