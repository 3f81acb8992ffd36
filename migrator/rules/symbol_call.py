"""The text of one call: which argument is which TF1 parameter, and minimal edits of names, arguments and commas."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from migrator.model import Severity
from migrator.rules.symbol_arguments import Argument, arguments_of
from migrator.rules.symbol_types import BEHAVIOUR, Note, SymbolRewrite, Use
from migrator.syntax.text import Edit, Render, SourceText
from migrator.tables.renames import ARGUMENTS, DROPPED

_ATOMS = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.List, ast.Dict, ast.Set, ast.ListComp, ast.Tuple)


class CannotBind(Exception):
    """The call's arguments can't be told apart. The message says why."""


class CallText:
    """One call with the edits made so far."""

    def __init__(self, use: Use) -> None:
        assert use.call is not None
        self.use = use
        self.call = use.call
        self.source: SourceText = use.context.source
        self.edits: list[Edit] = []
        self.notes: list[Note] = []
        self.imports: list[str] = []
        self.arguments = arguments_of(self.call, self.source)
        self._dropped: list[Argument] = []
        self._appended: list[str] = []

    # -- reading
    def bind(self, parameters: tuple[str, ...]) -> dict[str, Argument]:
        """Map TF1 parameter names to arguments.

        Raises:
            CannotBind: where an argument is unpacked from a sequence or a mapping, or there are too many.
        """
        found: dict[str, Argument] = {}
        for index, argument in enumerate(self.arguments):
            if argument.keyword in ("*", "**"):
                raise CannotBind(f"it takes {argument.keyword}arguments, which can't be seen here: write them out")
            if argument.keyword is None:
                if index >= len(parameters) or parameters[index].startswith("*"):
                    raise CannotBind("it has more positional arguments than TF1 takes")
                argument.parameter = parameters[index]
            else:
                argument.parameter = argument.keyword
            found[argument.parameter] = argument
        return found

    def literal(self, argument: Argument | None, default: object = None) -> object:
        """Return an argument's static value, `default` where it is not given."""
        return default if argument is None else self.use.context.literal(argument.node)

    def segment(self, node: ast.AST) -> str:
        """Return a node's source text."""
        return self.source.segment(node)

    # -- editing
    def rename(self, name: str) -> None:
        """Call another TF2 function; `name` comes without ``tensorflow.``."""
        start, end = self.source.range(self.use.node)
        text = self.use.spell(name)
        if self.source.text[start:end] != text:
            self.edits.append(Edit(start, end, text))

    def name_argument(self, argument: Argument, name: str) -> None:
        """Give an argument this keyword."""
        if argument.keyword == name:
            return
        if argument.keyword is not None:
            self.edits.append(Edit(argument.start, argument.start + len(argument.keyword), name))
        elif isinstance(argument.node, ast.NamedExpr) and self.source.text[argument.start] != "(":
            self.edits += [Edit(argument.start, argument.start, f"{name}=("), Edit(argument.end, argument.end, ")")]
        else:
            self.edits.append(Edit(argument.start, argument.start, f"{name}="))

    def name_moved(self, old: tuple[str, ...], new: tuple[str, ...]) -> None:
        """Name the positionals before which TF2 has put parameters of its own."""
        if any(argument.keyword in ("*", "**") for argument in self.arguments):
            return
        for place, (argument, name) in enumerate(zip(self.arguments, old, strict=False)):
            if argument.keyword is None and name in new and new.index(name) != place:
                self.name_argument(argument, name)

    def drop(self, argument: Argument) -> None:
        """Remove an argument and its comma."""
        if argument not in self._dropped:
            self._dropped.append(argument)

    def replace(self, argument: Argument, text: str | Callable[[Render], str]) -> None:
        """Replace a whole argument, its keyword included."""
        self.edits.append(Edit(argument.start, argument.end, text))

    def append(self, text: str) -> None:
        """Add an argument at the end."""
        self._appended.append(text)

    def surround(self, before: str, after: str) -> None:
        """Put text before and after the whole call."""
        start, end = self.source.range(self.call)
        if before:
            self.edits.append(Edit(start, start, before))
        self.edits.append(Edit(end, end, after))

    def whole(self, text: str | Callable[[Render], str]) -> SymbolRewrite:
        """Replace the whole call."""
        start, end = self.source.range(self.call)
        return SymbolRewrite((Edit(start, end, text),), tuple(self.notes), tuple(self.imports))

    def done(self) -> SymbolRewrite | None:
        """Return the rewrite, None if nothing changes."""
        edits = [*self.edits, *self._argument_list()]
        if not (edits or self.notes or self.imports):
            return None
        return SymbolRewrite(tuple(edits), tuple(self.notes), tuple(self.imports))

    def _argument_list(self) -> list[Edit]:
        """Return the edits that remove and add arguments."""
        added = ", ".join(self._appended)
        if not self.arguments:
            end = self.source.range(self.call)[1] - 1
            return [Edit(end, end, added)] if added else []
        last = self.arguments[-1].end
        if len(self._dropped) == len(self.arguments):
            return [Edit(self.arguments[0].start, last, added)]
        edits: list[Edit] = []
        at = 0
        while at < len(self.arguments):
            first = at
            while at < len(self.arguments) and self.arguments[at] in self._dropped:
                at += 1
            if at == len(self.arguments):  # a run at the end goes with the comma before it
                edits.append(Edit(self.arguments[first - 1].end, last, ""))
            elif at > first:
                edits.append(Edit(self.arguments[first].start, self.arguments[at].start, ""))
            at += 1
        if added:
            edits.append(Edit(last, last, f", {added}"))
        return edits

    def conform(
        self,
        old: tuple[str, ...],
        new: tuple[str, ...],
        names: dict[str, str] | None = None,
        skip: Iterable[str] = (),
        only_keywords: bool = False,
    ) -> None:
        """Bring the arguments of a TF1 signature into a TF2 one.

        Args:
            old: TF1 parameters.
            new: TF2 parameters.
            names: TF1 -> TF2 parameter names of this symbol, before the general ones.
            skip: parameters that the caller edits itself; they count as moved.
            only_keywords: the new function takes no positionals.

        Raises:
            CannotBind: where an argument has no place in TF2.
        """
        if any(argument.keyword in ("*", "**") for argument in self.arguments):
            return self._conform_unpacked(old, new, names or {}, only_keywords)
        self.bind(old)
        kept, moved = 0, only_keywords
        absent = self._absent(new, names or {}, skip)
        for argument in self.arguments:
            if argument in absent:
                self.drop(argument)
                moved = moved or argument.keyword is None
                continue
            if argument.parameter is not None and argument.parameter in skip:
                moved = True
                continue
            name = parameter_name(str(argument.parameter), new, names or {})
            if name is None:
                if argument.parameter not in DROPPED:
                    raise CannotBind(f"its argument {argument.parameter} has no equal in TF2")
                self.drop(argument)
                moved = moved or argument.keyword is None  # the next positional would look like this one
                continue
            if argument.keyword is None and not moved and kept < len(new) and new[kept] == name:
                kept += 1
                continue
            if argument.keyword is None and is_none(argument.node):  # it only kept the place
                moved = True
                self.drop(argument)
                continue
            moved = moved or argument.keyword is None
            self.name_argument(argument, name)

    def _absent(self, new: tuple[str, ...], names: dict[str, str], skip: Iterable[str]) -> list[Argument]:
        """Return the None of a parameter that has another name too, where the other name is given.

        Raises:
            CannotBind: where both names have a value.
        """
        groups: dict[str, list[Argument]] = {}
        for argument in self.arguments:
            name = parameter_name(str(argument.parameter), new, names)
            if name is not None and str(argument.parameter) not in skip:
                groups.setdefault(name, []).append(argument)
        absent: list[Argument] = []
        for name, group in groups.items():
            given = [argument for argument in group if not is_none(argument.node)]
            if len(given) > 1:
                raise CannotBind(f"its argument {name} is given twice")
            if len(group) > 1:
                kept = given[0] if given else group[0]
                absent += [argument for argument in group if argument is not kept]
        return absent

    def _conform_unpacked(
        self, old: tuple[str, ...], new: tuple[str, ...], names: dict[str, str], only_keywords: bool
    ) -> None:
        """Conform a call with ``*args`` or ``**kwargs``: only what can be seen, and only if the order is the same."""
        agreed = 0
        while agreed < min(len(old), len(new)) and parameter_name(old[agreed], new, names) == new[agreed]:
            agreed += 1
        starred = any(argument.keyword == "*" for argument in self.arguments)
        positionals = sum(argument.keyword is None for argument in self.arguments)
        rest = [name for name in old[agreed:] if name != "name" and parameter_name(name, new, names) != name]
        moved = [name for name in rest if name not in ARGUMENTS or name in old[: len(new)]]
        if only_keywords or (starred and moved) or positionals > agreed:
            raise CannotBind("it takes unpacked arguments, whose order changed in TF2: write them out")
        lost = [name for name in old if name not in DROPPED and parameter_name(name, new, names) != name]
        for argument in self.arguments:
            if argument.keyword == "**" and lost:
                self._check_mapping(argument, lost)
            if argument.keyword not in (None, "*", "**"):
                name = parameter_name(str(argument.keyword), new, names)
                if name is None and argument.keyword not in DROPPED:
                    raise CannotBind(f"its argument {argument.keyword} has no equal in TF2")
                self.drop(argument) if name is None else self.name_argument(argument, name)

    def _check_mapping(self, argument: Argument, lost: list[str]) -> None:
        """Look for arguments that TF2 renamed in what ``**`` unpacks; say so where it can't be seen.

        Raises:
            CannotBind: one is there.
        """
        node = argument.node
        calls = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict"
        if isinstance(node, ast.Call) and calls and not node.args:
            found: set[object] = {k.arg for k in node.keywords}
        elif isinstance(node, ast.Dict):
            found = {k.value if isinstance(k, ast.Constant) else None for k in node.keys}
        else:
            found = {None}
        known = [name for name in lost if name in found]
        if known:
            raise CannotBind(f"it unpacks {known[0]}, which has another name in TF2: write it out")
        if None in found:
            why = f"what ** gives to {self.use.short} can't be seen; in TF2 it has no argument named {', '.join(lost)}"
            self.notes.append((BEHAVIOUR, Severity.INFO, why))


def parameter_name(name: str, new: tuple[str, ...], names: dict[str, str]) -> str | None:
    """Return a TF1 parameter's name in TF2, None where it has none."""
    for candidate in (names.get(name), name, *ARGUMENTS.get(name, ())):
        if candidate is not None and candidate in new:
            return candidate
    return name if "**" in new else None


def is_none(node: ast.expr) -> bool:
    """Tell whether an expression is written as None."""
    return isinstance(node, ast.Constant) and node.value is None


def is_atom(node: ast.expr) -> bool:
    """Tell whether an expression needs no parentheses inside a larger one."""
    return isinstance(node, _ATOMS) or (isinstance(node, ast.Constant) and not isinstance(node.value, complex))


def operand(node: ast.expr, render: Render) -> str:
    """Return an expression's text as an operand of an operator."""
    text = render(node)
    return text if is_atom(node) else f"({text})"


def repeatable(node: ast.expr) -> bool:
    """Tell whether evaluating an expression twice is the same as once, and reads well."""
    if isinstance(node, ast.Attribute):
        return repeatable(node.value)
    return isinstance(node, (ast.Name, ast.Constant))
