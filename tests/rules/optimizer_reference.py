"""Runs optimizers as TensorFlow 1 programs; also a script for a real TF1 interpreter (so: Python 3.7 syntax)."""

import json
import sys

import numpy as np

STEPS = 8


def data():
    """Give the inputs, targets and start values that all cases share."""
    random = np.random.RandomState(7)
    draw = lambda *shape: random.uniform(-1, 1, shape).astype(np.float32)  # noqa: E731
    return {
        "x": draw(8, 3),
        "y": draw(8, 2),
        "line": [draw(3, 2), draw(2)],
        "mlp": [draw(3, 4), draw(4), draw(4, 2), draw(2)],
        "rows": [draw(5, 3), draw(3, 2)],
    }


def loss_of(tf, model, variables, values):
    """Build the loss of a model; works under TF1 and TF2."""
    x, y = tf.constant(values["x"]), tf.constant(values["y"])
    if model == "line":
        out = tf.matmul(x, variables[0]) + variables[1]
    elif model == "mlp":
        out = tf.matmul(tf.tanh(tf.matmul(x, variables[0]) + variables[1]), variables[2]) + variables[3]
    else:
        picked = tf.gather(variables[0], tf.constant([0, 2, 0, 4, 2, 2, 0, 4]))
        out = tf.matmul(picked * x, variables[1])
    return tf.reduce_mean(tf.square(out - y))


def reference(tf, before, model, rates, resource):
    """Run a TF1 optimizer; give the variables after every step."""
    values = data()
    history = []
    with tf.Graph().as_default():
        variables = [tf.Variable(v, name="v" + str(i), use_resource=resource) for i, v in enumerate(values[model])]
        step = tf.Variable(0, dtype=tf.int64, trainable=False, name="global_step", use_resource=resource)
        rate = tf.placeholder(tf.float32, [])
        optimizer = eval(before, {"tf": tf, "rate": rate, "step": step})
        train = optimizer.minimize(loss_of(tf, model, variables, values), global_step=step)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            for number in rates or [0.0] * STEPS:
                session.run(train, {rate: number})
                history.append([v.tolist() for v in session.run(variables)])
    return history


if __name__ == "__main__":
    import tensorflow

    json.dump([reference(tensorflow, *case) for case in json.load(sys.stdin)], sys.stdout)
