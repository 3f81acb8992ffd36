"""One name for each TF1 symbol, however the program spells it."""

from __future__ import annotations

from functools import cache

from migrator.tables.lookup import aliases, rows
from migrator.tables.renames import PRE_1_0

_TOP = ("",)
_MATH = ("", "math.")

# tensorflow.python.<module> -> the public modules in which its functions may be exported, the likely one first
PYTHON_MODULES: dict[str, tuple[str, ...]] = {
    "client.session": _TOP,
    "framework.constant_op": _TOP,
    "framework.dtypes": _TOP,
    "framework.errors": ("errors.",),
    "framework.errors_impl": ("errors.",),
    "framework.function": ("contrib.framework.",),
    "framework.graph_util": ("graph_util.",),
    "framework.ops": _TOP,
    "framework.random_seed": _TOP,
    "framework.sparse_tensor": _TOP,
    "framework.tensor_shape": _TOP,
    "framework.tensor_util": ("", "contrib.util."),
    "layers.base": ("layers.",),
    "layers.convolutional": ("layers.",),
    "layers.core": ("layers.",),
    "layers.layers": ("layers.",),
    "layers.normalization": ("layers.",),
    "layers.pooling": ("layers.",),
    "lib.io.file_io": ("gfile.",),
    "lib.io.tf_record": ("python_io.",),
    "ops.array_ops": _TOP,
    "ops.candidate_sampling_ops": ("nn.", "random."),
    "ops.check_ops": _TOP,
    "ops.clip_ops": _TOP,
    "ops.control_flow_ops": _TOP,
    "ops.ctc_ops": ("nn.",),
    "ops.data_flow_ops": _TOP,
    "ops.embedding_ops": ("nn.",),
    "ops.functional_ops": _TOP,
    "ops.gradients": _TOP,
    "ops.gradients_impl": _TOP,
    "ops.histogram_ops": _TOP,
    "ops.image_ops": ("image.",),
    "ops.image_ops_impl": ("image.",),
    "ops.init_ops": _TOP,
    "ops.io_ops": _TOP,
    "ops.linalg_ops": ("", "linalg."),
    "ops.logging_ops": ("", "summary."),
    "ops.lookup_ops": ("lookup.", "contrib.lookup.", ""),
    "ops.losses.losses": ("losses.",),
    "ops.math_ops": _MATH,
    "ops.metrics": ("metrics.",),
    "ops.nn": ("nn.",),
    "ops.nn_impl": ("nn.",),
    "ops.nn_ops": ("nn.", ""),
    "ops.numerics": _TOP,
    "ops.parsing_ops": ("", "io."),
    "ops.partitioned_variables": _TOP,
    "ops.random_ops": _TOP,
    "ops.rnn": ("nn.",),
    "ops.rnn_cell": ("nn.rnn_cell.", "contrib.rnn."),
    "ops.rnn_cell_impl": ("nn.rnn_cell.", "contrib.rnn."),
    "ops.script_ops": _TOP,
    "ops.seq2seq": ("contrib.legacy_seq2seq.", "nn.seq2seq."),
    "ops.sparse_ops": _TOP,
    "ops.special_math_ops": ("", "math."),
    "ops.spectral_ops": ("signal.", "spectral."),
    "ops.standard_ops": _TOP,
    "ops.state_ops": _TOP,
    "ops.string_ops": ("", "strings."),
    "ops.template": _TOP,
    "ops.tensor_array_ops": _TOP,
    "ops.variable_scope": _TOP,
    "ops.variables": _TOP,
    "platform.app": ("app.",),
    "platform.flags": ("app.flags.",),
    "platform.gfile": ("gfile.",),
    "platform.resource_loader": ("resource_loader.",),
    "platform.tf_logging": ("logging.",),
    "saved_model.builder": ("saved_model.builder.",),
    "saved_model.loader": ("saved_model.loader.",),
    "saved_model.signature_constants": ("saved_model.signature_constants.",),
    "saved_model.signature_def_utils": ("saved_model.signature_def_utils.",),
    "saved_model.tag_constants": ("saved_model.tag_constants.",),
    "saved_model.utils": ("saved_model.utils.",),
    "summary.summary": ("summary.",),
    "training.adam": ("train.",),
    "training.gradient_descent": ("train.",),
    "training.input": ("train.",),
    "training.learning_rate_decay": ("train.",),
    "training.momentum": ("train.",),
    "training.moving_averages": ("train.",),
    "training.optimizer": ("train.",),
    "training.rmsprop": ("train.",),
    "training.saver": ("train.",),
    "training.training": ("train.",),
    "training.training_util": ("train.",),
    "util.nest": ("nest.",),
}
# modules with two names
_MODULE_ALIASES = {
    "tensorflow.flags": "tensorflow.app.flags",
    "tensorflow.contrib.layers.python.layers": "tensorflow.contrib.layers",
    "tensorflow.contrib.layers.python.layers.layers": "tensorflow.contrib.layers",
    "tensorflow.contrib.layers.python.layers.initializers": "tensorflow.contrib.layers",
    "tensorflow.contrib.layers.python.layers.regularizers": "tensorflow.contrib.layers",
    "tensorflow.contrib.framework.python.ops": "tensorflow.contrib.framework",
    "tensorflow.contrib.slim.initializers": "tensorflow.contrib.layers",
    "tensorflow.contrib.slim.regularizers": "tensorflow.contrib.layers",
    "tensorflow.contrib.tfe": "tensorflow.contrib.eager",
    "tensorflow.nn.rnn_cell_impl": "tensorflow.nn.rnn_cell",
}
_PREFIXES = ("tensorflow.compat.v1.", "tensorflow.compat.v2.", "tensorflow_core.", "tensorflow._api.v1.")


@cache
def canonical(name: str) -> str:
    """Return the canonical name of a TF1 symbol.

    ``tensorflow.compat.v1.x`` and ``tensorflow.python.ops.math_ops.x`` become ``tensorflow.x``; a contrib name of a
    core object becomes the core name. A name that TF1 does not have comes back with only its prefix made canonical.

    Args:
        name: fully qualified, starting with ``tensorflow``.
    """
    if name in ("tensorflow.compat.v1", "tensorflow.compat.v2"):
        return "tensorflow"
    for prefix in _PREFIXES:
        if name.startswith(prefix):
            return canonical("tensorflow." + name[len(prefix) :])
    if name.startswith("tensorflow.python."):
        name = _from_python(name)
    for module, better in _MODULE_ALIASES.items():
        if name == module or (name.startswith(module + ".") and not _known(name)):
            name = better + name[len(module) :]
    name = "tensorflow.app.flags" + name[16:] if name.startswith("tensorflow.flags.") else name
    if name in aliases():
        return aliases()[name]
    head, _, last = name.rpartition(".")
    return f"{aliases()[head]}.{last}" if head in aliases() else name


def _known(name: str) -> bool:
    return name in rows() or name in aliases() or name in PRE_1_0


def _from_python(name: str) -> str:
    """Return the public name of ``tensorflow.python.<module>.<function>``."""
    tail = name.removeprefix("tensorflow.python.")
    if tail.startswith("keras."):
        return "tensorflow." + tail
    for module in sorted(PYTHON_MODULES, key=len, reverse=True):
        publics = PYTHON_MODULES[module]
        if tail == module:
            return ("tensorflow." + publics[0]).rstrip(".")
        if tail.startswith(module + "."):
            rest = tail[len(module) + 1 :]
            first = rest.split(".")[0]
            for public in publics:
                if _known(f"tensorflow.{public}{first}"):
                    return f"tensorflow.{public}{rest}"
            return f"tensorflow.{publics[0]}{rest}" if publics[0] == "app.flags." else name
    return name
