"""Evaluate expressions in one TensorFlow and print their values as JSON. Runs in TensorFlow 1.15 (Python 3.7) too.

    python symbols_numbers.py before < cases.json     # a TF1 graph and session
    python symbols_numbers.py after < cases.json      # a tf.function

A case is {"inputs": {name: [dtype, nested list]}, "text": expression or statements that bind `result`}.
"""

import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import numpy as np


def arrays(case):
    return {name: np.array(value, dtype=dtype) for name, (dtype, value) in case["inputs"].items()}


def evaluate(text, names):
    try:
        return eval(text, names)
    except SyntaxError:
        exec(text, names)
        return names["result"]


def plain(value):
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, np.ndarray) and value.dtype == object:
        return [plain(v) for v in value.tolist()]
    if isinstance(value, (np.ndarray, np.generic)):
        values = [repr(v) for v in value.ravel().tolist()]
        return {"dtype": str(value.dtype), "shape": list(value.shape), "values": values}
    if hasattr(value, "_fields") or isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return repr(value)


def before(case):
    import tensorflow

    tf = tensorflow.compat.v1 if not tensorflow.__version__.startswith("1.") else tensorflow
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(1)
        given = arrays(case)
        names = {name: tf.placeholder(value.dtype, value.shape, name) for name, value in given.items()}
        feed = {names[name]: value for name, value in given.items()}
        result = evaluate(case["text"], dict(names, tf=tf, np=np))
        flat = tf.contrib.framework.nest.flatten(result) if hasattr(tf, "contrib") else tensorflow.nest.flatten(result)
        known = [v for v in flat if v is not None]
        values = iter(session.run(known, feed))
        return [None if v is None else plain(next(values)) for v in flat]


def after(case):
    import tensorflow as tf

    tf.random.set_seed(1)
    given = arrays(case)

    @tf.function
    def run(*inputs):
        names = dict(zip(given, inputs))  # noqa: B905 (Python 3.7)
        found = evaluate(case["text"], dict(names, tf=tf, np=np))
        flat = tf.nest.flatten(found)
        kinds.append([v is None for v in flat])
        return [v for v in flat if v is not None]

    kinds = []
    values = iter(run(*[tf.constant(v) for v in given.values()]))
    return [None if missing else plain(next(values).numpy()) for missing in kinds[0]]


def main():
    side = sys.argv[1]
    if side == "before":
        import tensorflow

        if not tensorflow.__version__.startswith("1."):
            tensorflow.compat.v1.disable_v2_behavior()
    out = []
    for case in json.load(sys.stdin):
        try:
            out.append({"values": (before if side == "before" else after)(case)})
        except Exception as error:
            out.append({"error": "%s: %s" % (type(error).__name__, str(error)[:300])})  # noqa: UP031
    print("RESULT" + json.dumps(out))


if __name__ == "__main__":
    main()
