"""Which variable of the before a variable of the after is."""

from __future__ import annotations

from typing import Any


class Matcher:
    """Matches variables as they are made.

    Args:
        variables: of the before, in order of creation: ``graph``, ``name``, ``shape``, ``dtype``, ``trainable``.
    """

    def __init__(self, variables: list[dict[str, Any]]) -> None:
        self._variables = variables
        self._free = set(range(len(variables)))

    def match(self, name: str, shape: Any, dtype: str, trainable: bool) -> tuple[int | None, str | None]:
        """Return (index, how) for a new variable: ``name``, ``uniquified``, ``path``, ``order``, or (None, None).

        TensorFlow 1 makes names unique (``Variable``, ``Variable_1``), TensorFlow 2 does not; graphs of the before
        that come later repeat the names of earlier ones.
        """
        for graph in sorted({self._variables[index]["graph"] for index in self._free}):
            mine = [
                i for i in sorted(self._free) if self._variables[i]["graph"] == graph and self._fits(i, shape, dtype)
            ]
            found = [i for i in mine if self._variables[i]["name"] == name]
            how = "name"
            if not found:
                found = [i for i in mine if _base(self._variables[i]["name"]) == name]
                how = "uniquified"
            if not found:  # Keras puts the model's name before a layer's path, and leaves scopes out
                ends = [i for i in mine if _ends_alike(self._variables[i]["name"], name)]
                found, how = (ends, "path") if len(ends) == 1 else ([], how)
            if found:
                self._free.remove(found[0])
                return found[0], how
        if trainable:
            for index in sorted(self._free):
                if self._variables[index]["trainable"] and self._fits(index, shape, dtype):
                    self._free.remove(index)
                    return index, "order"
        return None, None

    def match_slot(self, owner: int, names: tuple[str, ...]) -> int | None:
        """Return the number of an optimizer's slot in the before, or None.

        Args:
            owner: number of the variable whose slot it is.
            names: of the slot, as TensorFlow 1's optimizers call it.
        """
        variable = self._variables[owner]
        for index in sorted(self._free):
            slot = self._variables[index]
            if (
                slot.get("slot_of") == variable["name"]
                and slot["slot_name"] in names
                and slot["graph"] == variable["graph"]
                and slot["shape"] == variable["shape"]
            ):
                self._free.remove(index)
                return index
        return None

    def _fits(self, index: int, shape: Any, dtype: str) -> bool:
        variable = self._variables[index]
        if variable["dtype"] != dtype:
            return False
        return variable["shape"] is None or shape is None or variable["shape"] == list(shape)


def _ends_alike(name: str, other: str) -> bool:
    """Tell whether one name is the other's last parts, a layer's name at least included."""
    short, long = sorted((name, other), key=len)
    return "/" in short and long.endswith("/" + short)


def _base(name: str) -> str:
    """Return a name without the number that made its last part unique."""
    head, _, tail = name.rpartition("_")
    return head if head and tail.isdigit() else name
