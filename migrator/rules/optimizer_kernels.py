"""Text of the small class that updates variables with TensorFlow 1's own kernels (``tf.raw_ops.ResourceApply*``).

It is written into a program where no Keras optimizer computes the same numbers, or where the user wants equal bits.
"""

from __future__ import annotations

import re

from migrator.tables.optimizers import KernelRow

_WIDTH = 120


def class_text(row: KernelRow, name: str, sparse: bool, tf: str) -> str:
    """Write the class around a kernel.

    Args:
        row: the kernel.
        name: TF1's default for the optimizer's name, from which the slots are named.
        sparse: also take gradients that are `tf.IndexedSlices`.
        tf: how the file names the tensorflow module.
    """
    variable = 'tf.Variable({}, trainable=False, dtype=tf.float32, name="{}")'
    lines = [
        f"class {row.name}(tf.Module):",
        f'    """{row.summary}"""',
        "",
        *_signature(row, name),
        "        super().__init__()",
        f"        self.learning_rate = {variable.format('learning_rate', 'learning_rate')}",
        *(f"        self.{parameter} = {parameter}" for parameter, _ in row.parameters),
        *(f"        self.{attribute} = {variable.format(start, attribute)}" for attribute, start in row.shared),
        *(["        self.slot_name = name", "        self.known = []"] if row.slots else []),
        *(f"        self.{attribute} = []" for _, attribute, _ in row.slots),
        "",
        *_build_lines(row),
        *_apply_lines(row, sparse),
    ]
    return re.sub(r"\btf\.", f"{tf}.", "\n".join(lines)) + "\n"


def _signature(row: KernelRow, name: str) -> list[str]:
    """Lines of the head of the constructor."""
    parameters = ["self", "learning_rate", *(f"{p}={d}" if d else p for p, d in row.parameters), f'name="{name}"']
    line = f"    def __init__({', '.join(parameters)}):"
    if len(line) <= _WIDTH:
        return [line]
    return ["    def __init__(", *(f"        {parameter}," for parameter in parameters), "    ):"]


_PLAIN = (
    "            if not isinstance(variable, tf.Variable):",
    "                variable = variable.value  # of a Keras layer",
)


def _build_lines(row: KernelRow) -> list[str]:
    """Lines of the method that makes the slots, if there are any."""
    if not row.slots:
        return []
    lines = [
        "    def build(self, variables):",
        '        """Make the slots of those variables that have none yet."""',
        "        for variable in variables:",
        *_PLAIN,
        "            if variable.ref() in self.known:",
        "                continue",
        "            self.known.append(variable.ref())",
        '            slot = variable.name.split(":")[0] + "/" + self.slot_name',
    ]
    names = {name for name, _ in row.parameters}
    for position, (_, attribute, start) in enumerate(row.slots):
        suffix = f' + "_{position}"' if position else ""
        value = f"self.{start}" if start in names else start
        lines += [
            f"            start = tf.fill(variable.shape, tf.cast({value}, variable.dtype))",
            f"            self.{attribute}.append(tf.Variable(start, trainable=False, name=slot{suffix}))",
        ]
    return [*lines, ""]


def _apply_lines(row: KernelRow, sparse: bool) -> list[str]:
    """Lines of the method that updates the variables."""
    lines = [
        "    def apply_gradients(self, grads_and_vars):",
        '        """Update every variable that has a gradient."""',
        "        for gradient, variable in grads_and_vars:",
        "            if gradient is None:",
        "                continue",
        *_PLAIN,
        "            rate = tf.cast(self.learning_rate, variable.dtype)",
    ]
    if row.slots:
        lines.append("            place = self.known.index(variable.ref())")
    lines += [f"            {argument} = self.{attribute}[place]" for argument, attribute, _ in row.slots]
    dense = _kernel_call(row, row.dense, ((row.gradient, "gradient"),))
    if sparse:
        lines += [
            "            if isinstance(gradient, tf.IndexedSlices):",
            *("                " + line for line in _sparse_lines(row)),
            "            else:",
            *("                " + line for line in dense),
        ]
    else:
        lines += ["            " + line for line in dense]
    return [*lines, *("        " + line for line in row.after)]


def _sparse_lines(row: KernelRow) -> list[str]:
    """Lines for a gradient that has rows only; TF1 sums repeated rows first, except in gradient descent."""
    summed = (
        "rows, places = tf.unique(gradient.indices)  # repeated rows are summed",
        "values = tf.math.unsorted_segment_sum(gradient.values, places, tf.size(rows))",
    )
    if row.sparse is None:
        return [*(summed if row.slots else ()), *row.sparse_lines]
    return [*summed, *_kernel_call(row, row.sparse, (("grad", "values"), ("indices", "rows")))]


def _kernel_call(row: KernelRow, operation: str, gradient: tuple[tuple[str, str], ...]) -> list[str]:
    """Lines of the call of a kernel, one argument a line."""
    arguments = [("var", "variable.handle")]
    arguments += [(argument, f"{argument}.handle") for argument, _, _ in row.slots]
    arguments += [(row.rate, "rate")]
    arguments += [(argument, f"tf.cast(self.{attribute}, variable.dtype)") for argument, attribute in row.settings]
    arguments += [(argument, f"self.{attribute}") for argument, attribute in row.flags]
    return [
        f"tf.raw_ops.{operation}(",
        *(f"    {argument}={text}," for argument, text in (*arguments, *gradient)),
        ")",
    ]
