"""Print the public API of the installed TensorFlow as JSON. Runs in the interpreter it describes (Python 3.7 too).

`generate_symbols.py` starts it once for TensorFlow 1.15 and once for TensorFlow 2. It writes one object: the version,
and for each public name its kind, its parameters with their defaults, and a number that equal objects share.
"""

import enum
import importlib
import inspect
import json
import os
import sys
import types

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
SKIPPED_MODULES = {"python", "core", "tools", "raw_ops", "compiler", "include", "mock", "security", "tf_decorator"}
V1_SKIPPED = {"tensorflow.compat.v1.compat", "tensorflow.compat.v1.keras"}
SKIPPED_CONTRIB = {"keras", "quantization", "specs", "graph_editor", "labeled_tensor", "grid_rnn", "tensor_forest"}
FUTURE = {"absolute_import", "division", "print_function"}
KERAS_ROOTS = ("keras", "tf_keras")


def is_module(value):
    """Tell whether a value is a module, or TensorFlow's wrapper around one."""
    return isinstance(value, types.ModuleType) or type(value).__name__ in ("TFModuleWrapper", "LazyLoader")


def parameters(value, getfullargspec):
    """Return ([[name, default or None], ...], varargs, keywords), or None for what takes no call."""
    target = value.__init__ if inspect.isclass(value) else value
    try:
        spec = getfullargspec(target)
    except Exception:
        return None
    names = list(spec.args)
    if names and names[0] in ("self", "cls", "_cls") and inspect.isclass(value):
        names = names[1:]
    defaults = list(spec.defaults or ())[-len(names) :] if names else []
    padded = [None] * (len(names) - len(defaults)) + [describe(d) for d in defaults]
    only = [[name, describe((spec.kwonlydefaults or {}).get(name))] for name in spec.kwonlyargs]
    return [[list(pair) for pair in zip(names, padded)], bool(spec.varargs), bool(spec.varkw), only]  # noqa: B905


def describe(default):
    """Return a default as text that does not depend on the machine or on addresses."""
    if isinstance(default, enum.Enum):
        return str(default)
    if default is None or isinstance(default, (bool, int, float, str)):
        return repr(default)
    if isinstance(default, (list, tuple)):
        return "(%s)" % ", ".join(describe(d) for d in default)  # noqa: UP031
    name = getattr(default, "__name__", None) or getattr(default, "name", None)
    return name if isinstance(name, str) else type(default).__name__


def kind_of(value):
    """Return the kind of a public object."""
    if is_module(value):
        return "module"
    if inspect.isclass(value):
        return "class"
    return "function" if callable(value) else "value"


class Walk:
    """One walk over the API, with the objects that it has met."""

    def __init__(self, getfullargspec):
        self.getfullargspec = getfullargspec
        self.found = {}
        self.objects = {}  # id -> (number, object): the reference keeps the id unique

    def number(self, value):
        """Return a number that is the same for the same object."""
        return self.objects.setdefault(id(value), (len(self.objects), value))[0]

    def walk(self, module, path, allowed, trail=()):
        """Record every public name of a module and of the modules below it."""
        if id(module) in trail:
            return
        try:
            names = sorted(dir(module))
        except ImportError:  # Keras 3 has no compat.v1 layers, initializers and the like
            return
        for name in names:
            if name.startswith("_") or name in SKIPPED_MODULES or name in FUTURE:
                continue
            try:
                value = getattr(module, name)
            except Exception:
                continue
            full = path + "." + name
            if is_module(value):
                if allowed(value, full):
                    self.found[full] = {"kind": "module"}
                    self.walk(value, full, allowed, (*trail, id(module)))
            else:
                self.record(full, value)

    def record(self, full, value):
        """Record one name, and the public methods and constants of a class."""
        kind = kind_of(value)
        row = {"kind": kind}
        if kind in ("function", "class"):
            row["object"] = self.number(value)
            row["parameters"] = parameters(value, self.getfullargspec)
        if kind == "class":
            row["enum"] = sorted(
                n for n, v in vars(value).items() if not n.startswith("_") and isinstance(v, (str, int, enum.Enum))
            )
        self.found[full] = row


def main():
    """Walk and print."""
    out = sys.stdout
    sys.stdout = sys.stderr
    import tensorflow as tf
    from tensorflow.python.util import tf_inspect

    walk = Walk(tf_inspect.getfullargspec)
    one = tf.__version__.startswith("1.")

    def core(value, full):
        module = "" if full in V1_SKIPPED else getattr(value, "__name__", "")
        if full.startswith(("tensorflow.compat", "tensorflow.contrib", "tensorflow.keras.src", "tensorflow.keras.ops")):
            return not one and full.startswith("tensorflow.compat.v1") and full not in V1_SKIPPED
        public = "api._v" in module or "_api.v" in module or module.split(".")[0] in KERAS_ROOTS
        return public or full.endswith(".flags")

    walk.walk(tf, "tensorflow", core)
    if one:
        import tensorflow.contrib as contrib

        for package in sorted(os.listdir(os.path.dirname(contrib.__file__))):
            try:
                importlib.import_module("tensorflow.contrib." + package)  # slim and others are not attributes before
            except Exception:
                continue

        def inside(value, full):
            deep = full.count(".") > (3 if full.startswith("tensorflow.contrib.slim.") else 2)
            skipped = full.split(".")[2] in SKIPPED_CONTRIB
            return not deep and not skipped and ".contrib." in getattr(value, "__name__", "")

        walk.walk(contrib, "tensorflow.contrib", inside)
    else:
        walk.walk(tf.compat.v1, "tensorflow.compat.v1", core)
    json.dump({"version": tf.__version__, "symbols": walk.found}, out, sort_keys=True)


if __name__ == "__main__":
    main()
