"""feed_dict: parameters in the order of the first run, keys of dicts by name, values as NumPy would cast them."""

from __future__ import annotations

import pytest
from rewriting import check, check_refused

CONVERTED: dict[str, tuple[str, ...]] = {
    "a dict variable": (
        """
        x = tf.placeholder(tf.float32, [])
        y = tf.placeholder(tf.float32, [])
        z = x + y
        sess = tf.Session()
        feed = {x: 1.}
        feed[y] = 2.
        print(sess.run(z, feed_dict=feed))
        print(sess.run(z, feed))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32), tf.TensorSpec([], tf.float32)])
        def compute_z(x, y):
            z = x + y
            return z


        feed = {"x": 1.}
        feed["y"] = 2.
        print(compute_z(**feed).numpy())
        print(compute_z(**feed).numpy())
        """,
    ),
    "a dict that one run uses in part": (
        """
        x = tf.placeholder(tf.float32, [])
        y = tf.placeholder(tf.float32, [])
        z = x + y
        sess = tf.Session()
        feed = {x: 1., y: 2.}
        print(sess.run(z, feed))
        print(sess.run(x * 2, feed))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32), tf.TensorSpec([], tf.float32)])
        def compute(x, y):
            return x * 2


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32), tf.TensorSpec([], tf.float32)])
        def compute_z(x, y):
            z = x + y
            return z


        feed = {"x": 1., "y": 2.}
        print(compute_z(**feed).numpy())
        print(compute(**feed).numpy())
        """,
    ),
    "another order": (
        """
        a = tf.placeholder(tf.float32, [])
        b = tf.placeholder(tf.float32, [])
        y = a - b
        sess = tf.Session()
        print(sess.run(y, {a: 1., b: 2.}))
        print(sess.run(y, {b: input(), a: input()}))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32), tf.TensorSpec([], tf.float32)])
        def compute_y(a, b):
            y = a - b
            return y


        print(compute_y(1., 2.).numpy())
        print(compute_y(b=input(), a=input()).numpy())
        """,
    ),
    "a feed that nothing needs": (
        """
        a = tf.placeholder(tf.float32, [])
        b = tf.placeholder(tf.float32, [])
        sess = tf.Session()
        print(sess.run(a * 2, {a: 1., b: 2.}))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute(a):
            return a * 2


        print(compute(1.).numpy())
        """,
    ),
    "an impure feed that nothing needs": (
        """
        import numpy as np
        a = tf.placeholder(tf.float32, [])
        b = tf.placeholder(tf.float32, [])
        sess = tf.Session()
        print(sess.run(a * 2, {b: np.random.rand(), a: np.random.rand()}))
        """,
        """
        import numpy as np


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32), tf.TensorSpec([], tf.float32)])
        def compute(b, a):
            return a * 2


        print(compute(np.random.rand(), np.random.rand()).numpy())
        """,
    ),
    "a feed that a variable does not need": (
        """
        w = tf.Variable(1.)
        a = tf.placeholder(tf.float32, [])
        y = w * a
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(w, {a: 1.}), sess.run(y, {a: 1.}))
        """,
        """
        w = tf.Variable(1.)


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(a):
            y = w * a
            return y


        print(w.numpy(), compute_y(1.).numpy())
        """,
    ),
    "a tensor is overridden": (
        """
        x = tf.placeholder(tf.float32, [])
        h = x * 2
        y = h + 1
        sess = tf.Session()
        print(sess.run(y, {x: 1.}), sess.run(y, {h: 5.}))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            h = x * 2
            y = h + 1
            return y


        @tf.function(input_signature=[tf.TensorSpec(None, tf.float32)])
        def compute_y_2(h):
            y = h + 1
            return y


        print(compute_y(1.).numpy(), compute_y_2(5.).numpy())
        """,
    ),
    "a constant is overridden": (
        """
        c = tf.constant(2.)
        y = c * 3
        sess = tf.Session()
        print(sess.run(y), sess.run(y, {c: 5.}))
        """,
        """
        c = tf.constant(2.)


        @tf.function
        def compute_y():
            y = c * 3
            return y


        @tf.function(input_signature=[tf.TensorSpec.from_tensor(c)])
        def compute_y_2(c):
            y = c * 3
            return y


        print(compute_y().numpy(), compute_y_2(5.).numpy())
        """,
    ),
    "a default": (
        """
        x = tf.placeholder(tf.float32, [])
        k = tf.placeholder_with_default(2., [])
        y = x * k
        sess = tf.Session()
        print(sess.run(y, {x: 1.}), sess.run(y, {x: 1., k: 5.}))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            k = tf.convert_to_tensor(2.)
            y = x * k
            return y


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32), tf.TensorSpec([], tf.float32)])
        def compute_y_2(x, k):
            y = x * k
            return y


        print(compute_y(1.).numpy(), compute_y_2(1., 5.).numpy())
        """,
    ),
    "bool and int": (
        """
        b = tf.placeholder(tf.bool, [])
        n = tf.placeholder(tf.int32, [])
        y = tf.where(b, n, -n)
        sess = tf.Session()
        for flag in (True, 0):
            print(sess.run(y, {b: flag, n: 2.}), sess.run(y, {b: True, n: 3}))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.bool), tf.TensorSpec([], tf.int32)])
        def compute_y(b, n):
            y = tf.where(b, n, -n)
            return y


        for flag in (True, 0):
            print(compute_y(bool(flag), int(2.)).numpy(), compute_y(True, 3).numpy())
        """,
    ),
    "arrays are cast as they are": (
        """
        import numpy as np
        x = tf.placeholder(tf.float32, [None])
        n = tf.placeholder(tf.int32, [None])
        y = x * tf.to_float(n)
        sess = tf.Session()
        print(sess.run(y, {x: np.ones(2), n: np.arange(2)}))
        """,
        """
        import numpy as np


        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32), tf.TensorSpec([None], tf.int32)])
        def compute_y(x, n):
            y = x * tf.cast(n, tf.float32)
            return y


        print(compute_y(np.ones(2), np.arange(2)).numpy())
        """,
    ),
    "names of placeholders": (
        """
        inputs = [tf.placeholder(tf.float32, [], name='left'), tf.placeholder(tf.float32, [])]
        y = inputs[0] + inputs[1]
        sess = tf.Session()
        print(sess.run(y, {inputs[0]: 1., inputs[1]: 2.}))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32), tf.TensorSpec([], tf.float32)])
        def compute_y(left, fed):
            y = left + fed
            return y


        print(compute_y(1., 2.).numpy())
        """,
    ),
    "name reused for data": (
        """
        x = tf.placeholder(tf.float32, [])
        y = x * 2
        sess = tf.Session()
        feed = {x: 1.}
        x = 5.
        print(sess.run(y, feed), x)
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = x * 2
            return y


        feed = {"x": 1.}
        x = 5.
        print(compute_y(**feed).numpy(), x)
        """,
    ),
    "none": (
        """
        x = tf.Variable(1.)
        y = x * 2
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(y, feed_dict=None), sess.run(y, {}))
        """,
        """
        x = tf.Variable(1.)


        @tf.function
        def compute_y():
            y = x * 2
            return y


        print(compute_y().numpy(), compute_y().numpy())
        """,
    ),
}
REFUSED = {
    "an impure feed that a variable does not need": (
        """
        import numpy as np
        w = tf.Variable(1.)
        a = tf.placeholder(tf.float32, [])
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(w, {a: np.random.rand()}))  # here
        """,
        "a feed that no fetch needs",
    ),
    "unknown dict": (
        """
        x = tf.placeholder(tf.float32, [])
        y = x * 2
        sess = tf.Session()
        print(sess.run(y, dict(zip([x], [1.]))))  # here
        """,
        "write it as a literal",
    ),
    "updated dict": (
        """
        x = tf.placeholder(tf.float32, [])
        k = tf.placeholder(tf.float32, [])
        y = x * k
        sess = tf.Session()
        feed = {x: 1.}
        feed.update(zip([k], [2.]))
        print(sess.run(y, feed))  # here
        """,
        "write it as a literal",
    ),
    "dict comprehension": (
        """
        xs = [tf.placeholder(tf.float32, []) for _ in range(2)]
        y = tf.add_n(xs)
        sess = tf.Session()
        print(sess.run(y, {x: 1. for x in xs}))  # here
        """,
        "write it as a literal",
    ),
    "key by name": (
        """
        x = tf.placeholder(tf.float32, [], name='x')
        y = x * 2
        sess = tf.Session()
        print(sess.run(y, {'x:0': 1.}))  # here
        """,
        "not one known placeholder",
    ),
    "a variable is fed": (
        """
        w = tf.Variable(1.)
        y = w * 2
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(y, {w: 5.}))  # here
        """,
        "a variable is fed",
    ),
    "a key fed twice": (
        """
        x = tf.placeholder(tf.float32, [])
        y = x * 2
        sess = tf.Session()
        print(sess.run(y, {x: 1., x: 2.}))  # here
        """,
        "a key is fed twice",
    ),
    "placeholders of a helper that computes their shape": (
        """
        def inputs(n):
            size = n + 1
            return tf.placeholder(tf.float32, [None, size])  # here
        a = inputs(1)
        sess = tf.Session()
        print(sess.run(a * 2., {a: [[1., 2.]]}))
        """,
        "is computed by the helper",
    ),
    "placeholders of a helper that is called in a loop": (
        """
        def inputs():
            return tf.placeholder(tf.float32, [None])
        found = []
        for k in range(2):
            found.append(inputs())
        sess = tf.Session()
        print(sess.run(found[0] * 2., {found[0]: [1.]}))  # here
        """,
        "not one known placeholder",
    ),
    "sparse": (
        """
        x = tf.sparse_placeholder(tf.float32)  # here
        y = tf.sparse_reduce_sum(x)
        sess = tf.Session()
        print(sess.run(y, {x: tf.SparseTensorValue([[0]], [1.], [2])}))
        """,
        "sparse placeholders",
    ),
    "feed is read elsewhere": (
        """
        x = tf.placeholder(tf.float32, [])
        y = x * 2
        sess = tf.Session()
        feed = {x: 1.}
        print(sess.run(y, feed), feed[x], len(feed))  # here
        """,
        "`x` exists only in the graph",
    ),
    "a generator of feeds": (
        """
        x = tf.placeholder(tf.float32, [])
        y = x * 2
        sess = tf.Session()
        for feed in [{x: 1.}, {x: 2.}]:
            print(sess.run(y, feed))  # here
        """,
        "filled in a way",
    ),
    "argument dicts with different keys": (
        """
        x = tf.placeholder(tf.float32, [])
        k = tf.placeholder_with_default(1., [])
        y = x * k
        sess = tf.Session()
        def evaluate(feed):
            return sess.run(y, feed)  # here
        print(evaluate({x: 1., k: 2.}))
        print(evaluate({x: 1.}))
        """,
        "filled in a way",
    ),
}


@pytest.mark.parametrize("case", CONVERTED.values(), ids=CONVERTED)
def test_converted(case: tuple[str, ...]) -> None:
    check(*case)


@pytest.mark.parametrize(("before", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(before: str, message: str) -> None:
    check_refused(before, message)
