"""Variables: made once, eagerly, under their TF1 names."""

from __future__ import annotations

import pytest
from rewriting import check, check_refused

CONVERTED: dict[str, tuple[str, ...]] = {
    "nothing to change": (
        """
        w = tf.Variable(1., name="w")
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(w))
        """,
        """
        w = tf.Variable(1., name="w")
        print(w.numpy())
        """,
    ),
    "get variable default initializer": (
        """
        w = tf.get_variable('w', [3, 2])
        n = tf.get_variable('n', [3], tf.int32)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run([w, n]))
        """,
        """
        w = tf.Variable(tf.keras.initializers.GlorotUniform()([3, 2]), name='w')
        n = tf.Variable(tf.zeros([3], dtype=tf.int32), name='n')
        print([w.numpy(), n.numpy()])
        """,
    ),
    "get variable with value": (
        """
        w = tf.get_variable("w", initializer=tf.constant([1., 2.]))
        v = tf.get_variable("v", initializer=3, dtype=tf.float32, trainable=False)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run([w, v]))
        """,
        """
        w = tf.Variable(tf.constant([1., 2.]), name="w")
        v = tf.Variable(tf.convert_to_tensor(3, tf.float32), trainable=False, name="v")
        print([w.numpy(), v.numpy()])
        """,
    ),
    "get variable with dtype": (
        """
        w = tf.get_variable(name="w", shape=(2,), dtype=tf.float64, initializer=tf.ones_initializer(), trainable=False)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(w))
        """,
        """
        w = tf.Variable(tf.ones_initializer()((2,), dtype=tf.float64), trainable=False, name="w")
        print(w.numpy())
        """,
    ),
    "scopes go into names": (
        """
        with tf.variable_scope("outer"):
            with tf.name_scope("ops"):
                w = tf.get_variable("w", [2], initializer=tf.zeros_initializer())
                v = tf.Variable(1.)
                u = tf.Variable(1., name='u')
            with tf.variable_scope('inner'):
                w2 = tf.get_variable('w', initializer=1.)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run([w, v, u, w2]))
        """,
        """
        w = tf.Variable(tf.zeros_initializer()([2]), name="outer/w")
        v = tf.Variable(1., name="outer/ops/Variable")
        u = tf.Variable(1., name='outer/ops/u')
        w2 = tf.Variable(1., name='outer/inner/w')
        print([w.numpy(), v.numpy(), u.numpy(), w2.numpy()])
        """,
    ),
    "a scope opened again": (
        """
        with tf.variable_scope('s'):
            w = tf.get_variable('w', initializer=1.)
            a = tf.Variable(1.)
        with tf.variable_scope('s'):
            b = tf.Variable(1.)
            c = tf.get_variable('c', initializer=1.)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run([w, a, b, c]))
        """,
        """
        w = tf.Variable(1., name='s/w')
        a = tf.Variable(1., name="s/Variable")
        b = tf.Variable(1., name="s_1/Variable")
        c = tf.Variable(1., name='s/c')
        print([w.numpy(), a.numpy(), b.numpy(), c.numpy()])
        """,
    ),
    "slash and nested reuse": (
        """
        with tf.variable_scope('a/b'):
            w = tf.get_variable('w', initializer=1.)
        with tf.variable_scope('a', reuse=True):
            with tf.variable_scope('b'):
                v = tf.get_variable('w')
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run([w, v]))
        """,
        """
        w = tf.Variable(1., name='a/b/w')
        v = w
        print([w.numpy(), v.numpy()])
        """,
    ),
    "names are made unique": (
        """
        a = tf.Variable(1., name="w")
        b = tf.Variable(2., name="w")
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run([a, b]))
        """,
        """
        a = tf.Variable(1., name="w")
        b = tf.Variable(2., name="w_1")
        print([a.numpy(), b.numpy()])
        """,
    ),
    "names of anonymous variables that are read": (
        """
        a = tf.Variable([5.])
        b = tf.Variable([6.])
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        for t in tf.global_variables():
            print(t.name, sess.run(t))
        """,
        """
        a = tf.Variable([5.], name="Variable")
        b = tf.Variable([6.], name="Variable_1")
        for t in [a, b]:
            print(t.name, t.numpy())
        """,
    ),
    "names printed in a comprehension": (
        """
        w = tf.Variable([1., 2.], name='w')
        print([v.name for v in tf.trainable_variables()])
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(w))
        """,
        """
        w = tf.Variable([1., 2.], name='w')
        print([v.name for v in [w]])
        print(w.numpy())
        """,
    ),
    "reuse": (
        """
        with tf.variable_scope('enc'):
            w = tf.get_variable('w', [2], initializer=tf.zeros_initializer())
        with tf.variable_scope('enc', reuse=True):
            again = tf.get_variable('w', [2])
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(again))
        """,
        """
        w = tf.Variable(tf.zeros_initializer()([2]), name='enc/w')
        again = w
        print(again.numpy())
        """,
    ),
    "auto reuse": (
        """
        with tf.variable_scope('enc', reuse=tf.AUTO_REUSE):
            w = tf.get_variable('w', [2], initializer=tf.zeros_initializer())
            again = tf.get_variable('w', [2], initializer=tf.zeros_initializer())
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(again))
        """,
        """
        w = tf.Variable(tf.zeros_initializer()([2]), name='enc/w')
        again = w
        print(again.numpy())
        """,
    ),
    "positional trainable and graph arguments": (
        """
        step = tf.Variable(0, False)
        w = tf.Variable(1., True, None, name='w')
        v = tf.Variable(2., collections=[tf.GraphKeys.LOCAL_VARIABLES], use_resource=True)
        sess = tf.Session()
        sess.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        print(sess.run([step, w, v]))
        """,
        """
        step = tf.Variable(0, False)
        w = tf.Variable(1., trainable=True, name='w')
        v = tf.Variable(2.)
        print([step.numpy(), w.numpy(), v.numpy()])
        """,
    ),
    "initial value by keyword": (
        """
        w = tf.Variable(initial_value=tf.truncated_normal([2], stddev=.1), name='w', dtype=tf.float32)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(w))
        """,
        """
        w = tf.Variable(initial_value=tf.random.truncated_normal([2], stddev=.1), name='w', dtype=tf.float32)
        print(w.numpy())
        """,
    ),
    "initialized value": (
        """
        a = tf.Variable(2., name='a')
        b = tf.Variable(a.initialized_value() * 3, name='b')
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run([a, b]))
        """,
        """
        a = tf.Variable(2., name='a')
        b = tf.Variable(a.read_value() * 3, name='b')
        print([a.numpy(), b.numpy()])
        """,
    ),
    "named start values": (
        """
        start = tf.random_uniform([2], seed=1)
        w = tf.Variable(start)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(w))
        """,
        """
        start = tf.random.uniform([2], seed=1)
        w = tf.Variable(start)
        print(w.numpy())
        """,
    ),
    "helper that makes variables": (
        """
        def weight(shape):
            initial = tf.truncated_normal(shape, stddev=0.1)
            return tf.Variable(initial)
        w = weight([2])
        v = weight([3])
        x = tf.placeholder(tf.float32, [])
        y = x * w
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run([w, v]), sess.run(y, {x: 1.}))
        """,
        """
        def weight(shape):
            initial = tf.random.truncated_normal(shape, stddev=0.1)
            return tf.Variable(initial)
        w = weight([2])
        v = weight([3])


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = x * w
            return y


        print([w.numpy(), v.numpy()], compute_y(1.).numpy())
        """,
    ),
    "helper that names variables": (
        """
        def weight(shape, name):
            return tf.get_variable(name, shape, initializer=tf.zeros_initializer())
        w = weight([2], 'w')
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(w))
        """,
        """
        def weight(shape, name):
            return tf.Variable(tf.zeros_initializer()(shape), name=name)
        w = weight([2], 'w')
        print(w.numpy())
        """,
    ),
    "variables in containers": (
        """
        params = {'w': tf.Variable(tf.random_normal([2])), 'b': tf.Variable(0.)}
        layers = [tf.Variable(float(i)) for i in range(3)]
        x = tf.placeholder(tf.float32, [])
        y = x * params['w'] + params['b'] + layers[0]
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(y, {x: 1.}), sess.run(params))
        print(sess.run(layers))
        """,
        """
        params = {'w': tf.Variable(tf.random.normal([2])), 'b': tf.Variable(0.)}
        layers = [tf.Variable(float(i)) for i in range(3)]


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = x * params['w'] + params['b'] + layers[0]
            return y


        print(compute_y(1.).numpy(), tf.nest.map_structure(lambda value: value.numpy(), params))
        print([value.numpy() for value in layers])
        """,
    ),
    "global step": (
        """
        step = tf.train.get_or_create_global_step()
        up = step.assign_add(1)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(up))
        """,
        """
        step = tf.Variable(0, dtype=tf.int64, trainable=False, name="global_step")


        @tf.function
        def up():
            up = step.assign_add(1)
            return up


        print(up().numpy())
        """,
    ),
    "variable inside an expression": (
        """
        x = tf.placeholder(tf.float32, [])
        y = x * tf.Variable(2.) + tf.get_variable('b', initializer=1.)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(y, {x: 1.}))
        """,
        """
        weights = tf.Variable(2.)
        b = tf.Variable(1., name='b')


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = x * weights + b
            return y


        print(compute_y(1.).numpy())
        """,
    ),
    "default arguments are nothing": (
        """
        w = tf.get_variable('w', [2], regularizer=None, partitioner=None, validate_shape=True, collections=None)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(w))
        """,
        """
        w = tf.Variable(tf.keras.initializers.GlorotUniform()([2]), name='w')
        print(w.numpy())
        """,
    ),
    "constant initializer that fits": (
        """
        w = tf.get_variable('w', [2, 2], initializer=tf.constant_initializer([1., 2., 3., 4.]))
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(w))
        """,
        """
        w = tf.Variable(tf.constant_initializer([1., 2., 3., 4.])([2, 2]), name='w')
        print(w.numpy())
        """,
    ),
    "made in comprehensions": (
        """
        names = ['a', 'b']
        vs = [tf.get_variable(n, [2], initializer=tf.zeros_initializer()) for n in names]
        d = {n: tf.get_variable(n + '_', [2]) for n in names}
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(vs), sess.run(d['a']))
        """,
        """
        names = ['a', 'b']
        vs = [tf.Variable(tf.zeros_initializer()([2]), name=n) for n in names]
        d = {n: tf.Variable(tf.keras.initializers.GlorotUniform()([2]), name=n + '_') for n in names}
        print([value.numpy() for value in vs], d['a'].numpy())
        """,
    ),
    "made in a loop": (
        """
        ws = []
        for i in range(2):
            ws.append(tf.Variable(float(i), name='w%d' % i))
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(ws))
        """,
        """
        ws = []
        for i in range(2):
            ws.append(tf.Variable(float(i), name='w%d' % i))
        print([value.numpy() for value in ws])
        """,
    ),
    "made in branches": (
        """
        import sys
        if len(sys.argv) > 5:
            w = tf.Variable(1.)
        else:
            w = tf.Variable(2.)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(w))
        """,
        """
        import sys
        if len(sys.argv) > 5:
            w = tf.Variable(1.)
        else:
            w = tf.Variable(2.)
        print(w.numpy())
        """,
    ),
    "started from numpy": (
        """
        import numpy as np
        w = tf.Variable(np.random.randn(2), dtype=tf.float32, name='w')
        v = tf.Variable(np.zeros(2, 'float32'))
        u = tf.get_variable('u', initializer=np.ones(2))
        q = tf.get_variable('q', [2], initializer=tf.random_normal_initializer(stddev=.1, seed=1))
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run([w, v, u, q]))
        """,
        """
        import numpy as np
        w = tf.Variable(np.random.randn(2), dtype=tf.float32, name='w')
        v = tf.Variable(np.zeros(2, 'float32'))
        u = tf.Variable(np.ones(2), name='u')
        q = tf.Variable(tf.random_normal_initializer(stddev=.1, seed=1)([2]), name='q')
        print([w.numpy(), v.numpy(), u.numpy(), q.numpy()])
        """,
    ),
    "collections": (
        """
        w = tf.Variable(1., name='w')
        frozen = tf.Variable(2., trainable=False)
        print(len(tf.trainable_variables()), len(tf.global_variables()))
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES)), sess.run(frozen))
        """,
        """
        w = tf.Variable(1., name='w')
        frozen = tf.Variable(2., trainable=False)
        print(len([w]), len([w, frozen]))
        print([value.numpy() for value in [w]], frozen.numpy())
        """,
    ),
    "global step of each call": (
        """
        def train(n):
            tf.reset_default_graph()
            a = tf.Variable(1.)
            gs = tf.train.get_or_create_global_step()
            op = tf.train.GradientDescentOptimizer(.1).minimize(tf.square(a), global_step=gs)
            with tf.Session() as sess:
                sess.run(tf.global_variables_initializer())
                _, count = sess.run([op, gs])
                return count
        train(1)
        train(2)
        """,
        """
        def train(n):
            a = tf.Variable(1.)
            gs = tf.Variable(0, dtype=tf.int64, trainable=False, name="global_step")
            optimizer = tf.keras.optimizers.SGD(.1)

            @tf.function
            def train_step():
                with tf.GradientTape() as tape:
                    loss = tf.square(a)
                variables = [a]
                gradients = tape.gradient(loss, variables)
                optimizer.apply_gradients(zip(gradients, variables))
                gs.assign_add(1)
                return gs.read_value()

            count = train_step().numpy()
            return count
        train(1)
        train(2)
        """,
    ),
}
REFUSED = {
    "scope that is not the innermost": (
        """
        with tf.variable_scope('a') as scope:
            w = tf.get_variable('w', [2])
        with tf.variable_scope('b'):
            scope.reuse_variables()  # here
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(w))
        """,
        "that is not the innermost open one",
    ),
    "sharing that is decided at run time": (
        """
        import sys
        with tf.variable_scope('a', reuse=len(sys.argv) > 1):  # here
            w = tf.get_variable('w', [2])
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(w))
        """,
        "whether the scope's variables are shared (reuse) is not statically known",
    ),
    "rounds that share a variable": (
        """
        total = tf.constant([0., 0.])
        for _ in range(2):
            with tf.variable_scope('a', reuse=tf.AUTO_REUSE):
                w = tf.get_variable('w', [2])  # here
            total = total + w
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(total))
        """,
        "a variable that the rounds of a loop share by name",
    ),
    "regularizer": (
        """
        w = tf.get_variable('w', [2], regularizer=tf.nn.l2_loss)  # here
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(w))
        """,
        "a regularizer adds to a graph collection",
    ),
    "partitioner": (
        """
        w = tf.get_variable('w', [2], partitioner=tf.fixed_size_partitioner(2))  # here
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(w))
        """,
        "partitioned variables",
    ),
    "constant initializer too short": (
        """
        w = tf.get_variable('w', [4], initializer=tf.constant_initializer([1., 2.]))  # here
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(w))
        """,
        "repeats its last number",
    ),
    "no shape": (
        """
        w = tf.get_variable('w')  # here
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(w))
        """,
        "without shape or initializer",
    ),
    "initializer without shape": (
        """
        w = tf.get_variable('w', initializer=tf.zeros_initializer())  # here
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(w))
        """,
        "an initializer without a shape",
    ),
    "starred arguments": (
        """
        options = {'trainable': False}
        w = tf.Variable(1., **options)  # here
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(w))
        """,
        "arguments of a variable are not written out",
    ),
    "unknown scope": (
        """
        import sys
        with tf.variable_scope(sys.argv[0]):  # here
            w = tf.get_variable('w', [2])
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(w))
        """,
        "whose name is not statically known",
    ),
    "helper twice in scopes": (
        """
        def weight(shape, name):
            return tf.get_variable(name, shape, initializer=tf.zeros_initializer())  # here
        with tf.variable_scope('net'):
            w = weight([2], 'w')
        with tf.variable_scope('other'):
            v = weight([2], 'v')
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run([w, v]))
        """,
        "its name can't be written down",
    ),
    "scope with a default name": (
        """
        with tf.variable_scope(None, 'x'):  # here
            w = tf.get_variable('w', initializer=1.)
        with tf.variable_scope(None, 'x'):
            v = tf.get_variable('w', initializer=1.)
        with tf.variable_scope('y', default_name='x'):
            u = tf.get_variable('w', initializer=1.)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run([w, v, u]))
        """,
        "whose name is not statically known",
    ),
    "start value is fed": (
        """
        x = tf.placeholder(tf.float32, [2])
        w = tf.Variable(x)  # here
        sess = tf.Session()
        sess.run(tf.global_variables_initializer(), {x: [1., 2.]})
        print(sess.run(w))
        """,
        "depends on what is fed",
    ),
    "start value also fetched": (
        """
        start = tf.random_uniform([2], seed=1)
        w = tf.Variable(start)  # here
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run([w, start]))
        """,
        "`start` exists only in the graph",
    ),
    "collections after slots": (
        """
        w = tf.Variable(1.)
        train = tf.train.AdamOptimizer(.1).minimize(tf.square(w))
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(train)
        print(len(tf.global_variables()))  # here
        """,
        "holds the optimizer's slots too",
    ),
}


@pytest.mark.parametrize("case", CONVERTED.values(), ids=CONVERTED)
def test_converted(case: tuple[str, ...]) -> None:
    check(*case)


@pytest.mark.parametrize(("before", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(before: str, message: str) -> None:
    check_refused(before, message)
