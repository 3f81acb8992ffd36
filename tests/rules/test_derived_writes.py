"""Writes: to variables, and to tensors derived from variables."""

from __future__ import annotations

import pytest
from rewriting import check, check_refused

CONVERTED: dict[str, tuple[str, ...]] = {
    "plain writes are no lenses": (
        """
        v = tf.Variable([1., 2.])
        a = tf.assign(v, [3., 4.])
        b = tf.assign_add(ref=v, value=[1., 1.])
        c = tf.scatter_update(v, [0], [5.])
        d = v.assign_sub([1., 1.])
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(a)
        sess.run(b)
        sess.run(c)
        sess.run(d)
        """,
        """
        v = tf.Variable([1., 2.])


        @tf.function
        def a():
            v.assign([3., 4.])


        @tf.function
        def b():
            v.assign_add([1., 1.])


        @tf.function
        def c():
            v.scatter_update(tf.IndexedSlices([5.], [0]))


        @tf.function
        def d():
            v.assign_sub([1., 1.])


        a()
        b()
        c()
        d()
        """,
    ),
    "concat": (
        """
        v1 = tf.Variable(tf.zeros([2, 1]))
        v2 = tf.Variable(tf.zeros([2, 3]))
        x = tf.placeholder(tf.float32, [2, 4])
        both = tf.concat([v1, v2], axis=1)
        up = tf.assign(both, x)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(up, {x: [[1.] * 4] * 2})
        """,
        """
        v1 = tf.Variable(tf.zeros([2, 1]))
        v2 = tf.Variable(tf.zeros([2, 3]))


        @tf.function(input_signature=[tf.TensorSpec([2, 4], tf.float32)])
        def up(x):
            part_v1, part_v2 = tf.split(x, [v1.shape[1], v2.shape[1]], axis=1)
            v1.assign(part_v1)
            v2.assign(part_v2)


        up([[1.] * 4] * 2)
        """,
        "is put back into v1 and v2",
    ),
    "value of the write": (
        """
        v = tf.Variable([1., 2.])
        x = tf.placeholder(tf.float32, [2])
        up = tf.assign(tf.reverse(v, [0]), x)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(up, {x: [3., 4.]}))
        """,
        """
        v = tf.Variable([1., 2.])


        @tf.function(input_signature=[tf.TensorSpec([2], tf.float32)])
        def up(x):
            v.assign(tf.reverse(x, axis=[0]))
            up = tf.reverse(v, axis=[0])
            return up


        print(up([3., 4.]).numpy())
        """,
        "is put back into v",
    ),
    "written in the run": (
        """
        v = tf.Variable([[1., 2.]])
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(tf.assign(tf.transpose(v), [[3.], [4.]]))
        """,
        """
        v = tf.Variable([[1., 2.]])
        v.assign(tf.transpose(tf.constant([[3.], [4.]], dtype=v.dtype)))
        """,
        "is put back into v",
    ),
    "elements and slices": (
        """
        v = tf.Variable([1., 2., 3.])
        up = tf.assign(v[1:], [5., 6.])
        add = tf.assign_add(tf.gather(v, [0, 2]), [1., 1.])
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(up)
        sess.run(add)
        """,
        """
        v = tf.Variable([1., 2., 3.])


        @tf.function
        def up():
            v[1:].assign([5., 6.])


        @tf.function
        def add():
            v[:3:2].assign(v[:3:2] + [1., 1.])


        up()
        add()
        """,
        "is put back into v",
    ),
    "through a helper": (
        """
        a = tf.Variable(tf.zeros([2]))
        def flat(t):
            return tf.reshape(t, [-1])
        up = tf.assign(flat(a), [1., 2.])
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(up)
        """,
        """
        a = tf.Variable(tf.zeros([2]))
        def flat(t):
            return tf.reshape(t, [-1])


        @tf.function
        def up():
            a.assign(tf.reshape(tf.constant([1., 2.], dtype=a.dtype), a.shape))


        up()
        """,
        "is put back into a",
    ),
    "swap": (
        """
        v = tf.Variable([1., 2.])
        w = tf.Variable([3., 4.])
        up = tf.assign(tf.stack([v, w]), tf.stack([w, v]))
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(up)
        """,
        """
        v = tf.Variable([1., 2.])
        w = tf.Variable([3., 4.])


        @tf.function
        def up():
            part_v, part_w = tf.unstack(tf.stack([w, v]), num=2)
            v.assign(part_v)
            w.assign(part_w)


        up()
        """,
        "is put back into v and w",
    ),
    "in control dependencies": (
        """
        v = tf.Variable([1., 2.])
        with tf.control_dependencies([tf.assign(tf.reverse(v, [0]), [5., 6.])]):
            out = v.read_value()
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(out))
        """,
        """
        v = tf.Variable([1., 2.])


        @tf.function
        def compute_out():
            v.assign(tf.reverse(tf.constant([5., 6.], dtype=v.dtype), axis=[0]))
            out = v.read_value()
            return out


        print(compute_out().numpy())
        """,
        "is put back into v",
    ),
    "scatter run for its effect": (
        """
        v = tf.Variable([1., 2., 3.])
        idx = tf.constant([[1]])
        val = tf.constant([9.])
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(tf.tensor_scatter_nd_update(v, idx, val))
        print(sess.run(v))
        """,
        """
        v = tf.Variable([1., 2., 3.])
        idx = tf.constant([[1]])
        val = tf.constant([9.])
        v.scatter_nd_update(idx, val)
        print(v.numpy())
        """,
        "check that this was meant",
    ),
    "scatter whose result is used": (
        """
        v = tf.Variable([1., 2., 3.])
        new = tf.tensor_scatter_nd_update(v, [[1]], [9.])
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(new))
        """,
        """
        v = tf.Variable([1., 2., 3.])


        @tf.function
        def compute_new():
            new = tf.tensor_scatter_nd_update(v, [[1]], [9.])
            return new


        print(compute_new().numpy())
        """,
    ),
    "scatter thrown away and used": (
        """
        v = tf.Variable([1., 2., 3.])
        new = tf.tensor_scatter_nd_update(v, [[1]], [9.])
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(new)
        print(sess.run(new))
        """,
        """
        v = tf.Variable([1., 2., 3.])


        @tf.function
        def compute_new():
            new = tf.tensor_scatter_nd_update(v, [[1]], [9.])
            return new


        compute_new()
        print(compute_new().numpy())
        """,
    ),
    "writes in comprehensions": (
        """
        a = tf.Variable(1.)
        b = tf.Variable(2.)
        copy = [tf.assign(t, s) for t, s in zip([a], [b])]
        clip = [p.assign(tf.minimum(p, 1.5)) for p in [a, b]]
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        copied = sess.run(copy)
        print(sess.run(clip))
        """,
        """
        a = tf.Variable(1.)
        b = tf.Variable(2.)


        @tf.function
        def compute_copy():
            copy = [t.assign(s) for t, s in zip([a], [b])]
            return copy


        @tf.function
        def compute_clip():
            clip = [p.assign(tf.minimum(p, 1.5)) for p in [a, b]]
            return clip


        copied = [value.numpy() for value in compute_copy()]
        print([value.numpy() for value in compute_clip()])
        """,
    ),
    "writes in branches": (
        """
        x = tf.placeholder(tf.float32, [])
        best = tf.Variable(100., trainable=False)
        check = tf.cond(x < best, lambda: tf.assign(best, x), lambda: tf.identity(best))
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(check, {x: 3.}))
        """,
        """
        best = tf.Variable(100., trainable=False)


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def check(x):
            check = tf.cond(x < best, lambda: best.assign(x), lambda: tf.identity(best))
            return check


        print(check(3.).numpy())
        """,
    ),
}
REFUSED = {
    "twice the same": (
        """
        v = tf.Variable([1., 2.])
        up = tf.assign(tf.concat([v, v], 0), [1., 2., 3., 4.])  # here
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(up)
        """,
        "have an element in common",
    ),
    "arithmetic": (
        """
        v = tf.Variable([1., 2.])
        up = tf.assign(v * 2, [1., 2.])  # here
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(up)
        """,
        "can't be written to",
    ),
    "selector reads its target": (
        """
        v = tf.Variable([1., -2.])
        up = tf.assign(tf.boolean_mask(v, v > 0), [1.])  # here
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(up)
        """,
        "reads v, which the write changes",
    ),
    "no variable below": (
        """
        x = tf.placeholder(tf.float32, [2])
        up = tf.assign(tf.reverse(x, [0]), [1., 2.])  # here
        sess = tf.Session()
        sess.run(up, {x: [1., 2.]})
        """,
        "is fed and no variable",
    ),
    "constant below": (
        """
        v = tf.Variable([1.])
        up = tf.assign(tf.concat([v, tf.constant([2.])], 0), [1., 2.])  # here
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(up)
        """,
        "is a constant",
    ),
    "lossy cast": (
        """
        v = tf.Variable([1, 2])
        x = tf.placeholder(tf.float32, [2])
        up = tf.assign(tf.cast(v, tf.float32), x)  # here
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(up, {x: [1.5, 2.]})
        """,
        "loses values",
    ),
    "target differs between branches": (
        """
        import sys
        v = tf.Variable([1., 2.])
        w = tf.Variable([1., 2.])
        if len(sys.argv) > 5:
            t = tf.reverse(v, [0])
        else:
            t = tf.reverse(w, [0])
        up = tf.assign(t, [5., 6.])  # here
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(up)
        """,
        "differs between branches",
    ),
    "validate shape": (
        """
        v = tf.Variable([1., 2.])
        a = tf.assign(v, [3., 4., 5.], validate_shape=False)  # here
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(a)
        """,
        "validate_shape=False",
    ),
    "group that races": (
        """
        a = tf.Variable(1.)
        b = tf.Variable(1.)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(tf.group(a.assign_add(1.), b.assign(a.initialized_value())))  # here
        """,
        "is read and written in one run",
    ),
}


@pytest.mark.parametrize("case", CONVERTED.values(), ids=CONVERTED)
def test_converted(case: tuple[str, ...]) -> None:
    check(*case)


@pytest.mark.parametrize(("before", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(before: str, message: str) -> None:
    check_refused(before, message)
