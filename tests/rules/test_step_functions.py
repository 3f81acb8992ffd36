"""Step functions: what they hold, what they are called, what is frozen for them, and what stops them."""

from __future__ import annotations

import pytest
from rewriting import check, check_refused

CONVERTED: dict[str, tuple[str, ...]] = {
    "the name of the operation is taken over": (
        """
        w = tf.Variable(2.)
        loss = tf.square(w - 1)
        train_step = tf.train.GradientDescentOptimizer(.1).minimize(loss)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(train_step)
        """,
        """
        w = tf.Variable(2.)
        optimizer = tf.keras.optimizers.SGD(.1)


        @tf.function
        def train_step():
            with tf.GradientTape() as tape:
                loss = tf.square(w - 1)
            variables = [w]
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables))


        train_step()
        """,
    ),
    "names in use are not taken": (
        """
        def train_step():
            pass
        w = tf.Variable(2.)
        loss = tf.square(w - 1)
        train = tf.train.GradientDescentOptimizer(.1).minimize(loss)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(train)
        compute_loss = sess.run(loss)
        """,
        """
        def train_step():
            pass
        w = tf.Variable(2.)


        @tf.function
        def compute_loss_2():
            loss = tf.square(w - 1)
            return loss


        optimizer = tf.keras.optimizers.SGD(.1)


        @tf.function
        def train_step_2():
            with tf.GradientTape() as tape:
                loss = tf.square(w - 1)
            variables = [w]
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables))


        train_step_2()
        compute_loss = compute_loss_2().numpy()
        """,
    ),
    "two operations two names": (
        """
        w = tf.Variable(2.)
        x = tf.placeholder(tf.float32, [])
        d_loss = tf.square(w - x)
        g_loss = tf.square(w + x)
        d_opt = tf.train.GradientDescentOptimizer(.1).minimize(d_loss)
        g_opt = tf.train.GradientDescentOptimizer(.2).minimize(g_loss)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(d_opt, {x: 1.})
        sess.run(g_opt, {x: 1.})
        """,
        """
        w = tf.Variable(2.)
        optimizer = tf.keras.optimizers.SGD(.1)


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def d_opt_step(x):
            with tf.GradientTape() as tape:
                d_loss = tf.square(w - x)
            variables = [w]
            gradients = tape.gradient(d_loss, variables)
            optimizer.apply_gradients(zip(gradients, variables))


        optimizer_2 = tf.keras.optimizers.SGD(.2)


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def g_opt_step(x):
            with tf.GradientTape() as tape:
                g_loss = tf.square(w + x)
            variables = [w]
            gradients = tape.gradient(g_loss, variables)
            optimizer_2.apply_gradients(zip(gradients, variables))


        d_opt_step(1.)
        g_opt_step(1.)
        """,
    ),
    "comments move with the code": (
        """
        # the input
        x = tf.placeholder(tf.float32, [])

        # twice
        # as much
        y = x * 2  # doubled

        # run it
        sess = tf.Session()
        print(sess.run(y, {x: 1.}))
        """,
        """


        # the input

        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            # twice
            # as much
            y = x * 2  # doubled
            return y


        # run it
        print(compute_y(1.).numpy())
        """,
    ),
    "a comment moves once": (
        """
        x = tf.placeholder(tf.float32, [])
        # doubled
        y = x * 2
        sess = tf.Session()
        print(sess.run(y, {x: 1.}))
        print(sess.run(y + 1, {x: 1.}))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            # doubled
            y = x * 2
            return y


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute(x):
            y = x * 2
            return y + 1


        print(compute_y(1.).numpy())
        print(compute(1.).numpy())
        """,
    ),
    "loops and conditions of graph code": (
        """
        layers = [3, 4]
        x = tf.placeholder(tf.float32, [])
        h = x
        for n in layers:
            h = h * n
        if len(layers) > 1:
            h = tf.nn.relu(h)
        sess = tf.Session()
        print(sess.run(h, {x: 1.}))
        """,
        """
        layers = [3, 4]


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_h(x):
            h = x
            for n in layers:
                h = h * n
            if len(layers) > 1:
                h = tf.nn.relu(h)
            return h


        print(compute_h(1.).numpy())
        """,
    ),
    "only what is fetched": (
        """
        x = tf.placeholder(tf.float32, [])
        z = tf.placeholder(tf.float32, [])
        y = x * 2
        q = y + z
        unused = q + 1
        sess = tf.Session()
        print(sess.run(y, {x: 1.}))
        print(sess.run(q, {x: 1., z: 2.}))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = x * 2
            return y


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32), tf.TensorSpec([], tf.float32)])
        def compute_q(x, z):
            y = x * 2
            q = y + z
            return q


        print(compute_y(1.).numpy())
        print(compute_q(1., 2.).numpy())
        """,
    ),
    "control dependencies keep their order": (
        """
        w = tf.Variable(1.)
        x = tf.placeholder(tf.float32, [])
        up = w.assign_add(x)
        with tf.control_dependencies([up]):
            y = w.read_value() * 2
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(y, {x: 1.}))
        """,
        """
        w = tf.Variable(1.)


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            w.assign_add(x)
            y = w.read_value() * 2
            return y


        print(compute_y(1.).numpy())
        """,
    ),
    "in a function": (
        """
        def main():
            x = tf.placeholder(tf.float32, [])
            y = x * 2
            with tf.Session() as sess:
                print(sess.run(y, {x: 1.}))

        main()
        """,
        """
        def main():
            @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
            def compute_y(x):
                y = x * 2
                return y

            print(compute_y(1.).numpy())

        main()
        """,
    ),
    "long signatures are wrapped": (
        """
        images = tf.placeholder(tf.float32, [None, 28, 28, 1])
        labels = tf.placeholder(tf.float32, [None, 10])
        keep_probability = tf.placeholder(tf.float32, [])
        y = images[:, 0, 0, 0] * labels[:, 0] * keep_probability
        sess = tf.Session()
        print(sess.run(y, {images: [[[[1.]] * 28] * 28], labels: [[1.] * 10], keep_probability: 1.}))
        """,
        """


        @tf.function(input_signature=[
            tf.TensorSpec([None, 28, 28, 1], tf.float32),
            tf.TensorSpec([None, 10], tf.float32),
            tf.TensorSpec([], tf.float32),
        ])
        def compute_y(images, labels, keep_probability):
            y = images[:, 0, 0, 0] * labels[:, 0] * keep_probability
            return y


        print(compute_y([[[[1.]] * 28] * 28], [[1.] * 10], 1.).numpy())
        """,
    ),
    "names rebound after the graph was built": (
        """
        scale = 2.
        x = tf.placeholder(tf.float32, [])
        y = x * scale
        scale = 10.
        sess = tf.Session()
        print(sess.run(y, {x: 1.}), scale)
        """,
        """
        scale = 2.
        initial_scale = scale


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = x * initial_scale
            return y


        scale = 10.
        print(compute_y(1.).numpy(), scale)
        """,
    ),
    "flags of conditions are frozen": (
        """
        USE_RELU = True
        x = tf.placeholder(tf.float32, [])
        if USE_RELU:
            y = tf.nn.relu(x)
        else:
            y = x
        USE_RELU = False
        sess = tf.Session()
        print(sess.run(y, {x: -1.}))
        """,
        """
        USE_RELU = True
        initial_USE_RELU = USE_RELU


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            if initial_USE_RELU:
                y = tf.nn.relu(x)
            else:
                y = x
            return y


        USE_RELU = False
        print(compute_y(-1.).numpy())
        """,
    ),
    "variables rebound by their value": (
        """
        w = tf.Variable(1.5)
        x = tf.placeholder(tf.float32, [])
        y = x * w
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(y, {x: 1.}))
        w = sess.run(w)
        print(w)
        """,
        """
        w_1 = tf.Variable(1.5)


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = x * w_1
            return y


        print(compute_y(1.).numpy())
        w = w_1.numpy()
        print(w)
        """,
    ),
    "deleted walrus and import names are frozen": (
        """
        import math as m
        k = 1.
        s = 4.
        x = tf.placeholder(tf.float32, [])
        y = x * k * s * m.pi
        del k
        m = 3
        if (s := 10) > 3: pass
        sess = tf.Session()
        print(sess.run(y, {x: 1.}))
        """,
        """
        import math as m
        k = 1.
        s = 4.
        initial_k = k
        initial_s = s
        initial_m = m


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = x * initial_k * initial_s * initial_m.pi
            return y


        del k
        m = 3
        if (s := 10) > 3: pass
        print(compute_y(1.).numpy())
        """,
    ),
    "a helper defined again is frozen": (
        """
        def act(t): return t * 2
        x = tf.placeholder(tf.float32, [])
        h = act(x)
        def act(t): return t * 100
        sess = tf.Session()
        print(sess.run(h, {x: 1.}), act(3))
        """,
        """
        def act(t): return t * 2
        initial_act = act


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_h(x):
            h = initial_act(x)
            return h


        def act(t): return t * 100
        print(compute_h(1.).numpy(), act(3))
        """,
    ),
    "a draw stays where it stood": (
        """
        import numpy as np
        x = tf.placeholder(tf.float32, [2])
        h = x * np.random.rand(2)
        more = np.random.rand()
        sess = tf.Session()
        print(sess.run(h, {x: [1., 1.]}))
        """,
        """
        import numpy as np
        built_value = np.random.rand(2)


        @tf.function(input_signature=[tf.TensorSpec([2], tf.float32)])
        def compute_h(x):
            h = x * built_value
            return h


        more = np.random.rand()
        print(compute_h([1., 1.]).numpy())
        """,
    ),
    "a draw in a constant": (
        """
        import numpy as np
        c = tf.constant(np.random.rand(2))
        x = tf.placeholder(tf.float64, [2])
        y = x * c
        d = np.random.rand()
        sess = tf.Session()
        print(sess.run(y, {x: [1., 1.]}))
        print(sess.run(c))
        """,
        """
        import numpy as np
        c = tf.constant(np.random.rand(2))


        @tf.function(input_signature=[tf.TensorSpec([2], tf.float64)])
        def compute_y(x):
            y = x * c
            return y


        d = np.random.rand()
        print(compute_y([1., 1.]).numpy())
        print(c.numpy())
        """,
    ),
    "a draw of a size that changes": (
        """
        import numpy as np
        n = 2
        x = tf.placeholder(tf.float32, [2])
        y = x + np.random.rand(n)
        n = 3
        sess = tf.Session()
        print(sess.run(y, {x: [1., 1.]}))
        """,
        """
        import numpy as np
        n = 2
        initial_n = n
        built_value = np.random.rand(n)


        @tf.function(input_signature=[tf.TensorSpec([2], tf.float32)])
        def compute_y(x):
            y = x + built_value
            return y


        n = 3
        print(compute_y([1., 1.]).numpy())
        """,
    ),
    "two values of one name in two functions": (
        """
        scale = 2.
        x = tf.placeholder(tf.float32, [])
        y = x * scale
        scale = 3.
        z = x * scale
        sess = tf.Session()
        print(sess.run(y, {x: 1.}), sess.run(z, {x: 1.}))
        """,
        """
        scale = 2.
        initial_scale = scale


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = x * initial_scale
            return y


        scale = 3.


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_z(x):
            z = x * scale
            return z


        print(compute_y(1.).numpy(), compute_z(1.).numpy())
        """,
    ),
    "default of a rebound name": (
        """
        rate = 2.0
        def scaled(t, by=rate):
            return t * by
        x = tf.placeholder(tf.float32)
        y = scaled(x)
        rate = 10.0
        sess = tf.Session()
        print(sess.run(y, {x: 1.}))
        """,
        """
        rate = 2.0
        def scaled(t, by=rate):
            return t * by


        @tf.function(input_signature=[tf.TensorSpec(None, tf.float32)])
        def compute_y(x):
            y = scaled(x)
            return y


        rate = 10.0
        print(compute_y(1.).numpy())
        """,
    ),
    "array changed before the graph": (
        """
        import numpy as np
        t = np.arange(2.)
        t[0] = 5.
        x = tf.placeholder(tf.float32, [2])
        y = x * t
        sess = tf.Session()
        print(sess.run(y, {x: [1., 1.]}))
        """,
        """
        import numpy as np
        t = np.arange(2.)
        t[0] = 5.


        @tf.function(input_signature=[tf.TensorSpec([2], tf.float32)])
        def compute_y(x):
            y = x * t
            return y


        print(compute_y([1., 1.]).numpy())
        """,
    ),
    "variable beside its write comes last": (
        """
        w = tf.Variable(1.)
        a = w.assign_add(1.)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run([a, w]))
        """,
        """
        w = tf.Variable(1.)


        @tf.function
        def compute_a_and_w():
            a = w.assign_add(1.)
            return a, w.read_value()


        print([value.numpy() for value in compute_a_and_w()])
        """,
    ),
    "helpers stay": (
        """
        def double(t):
            return tf.log(t) * 2
        x = tf.placeholder(tf.float32, [])
        y = double(x)
        sess = tf.Session()
        print(sess.run(y, {x: 1.}))
        """,
        """
        def double(t):
            return tf.math.log(t) * 2


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = double(x)
            return y


        print(compute_y(1.).numpy())
        """,
    ),
    "recursive and lambda helpers": (
        """
        relu = lambda t: tf.maximum(t, 0.)
        def power(t, n):
            return tf.ones_like(t) if n == 0 else t * power(t, n - 1)
        x = tf.placeholder(tf.float32, [])
        y = power(relu(x), 3)
        sess = tf.Session()
        print(sess.run(y, {x: 1.}))
        """,
        """
        relu = lambda t: tf.maximum(t, 0.)
        def power(t, n):
            return tf.ones_like(t) if n == 0 else t * power(t, n - 1)


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = power(relu(x), 3)
            return y


        print(compute_y(1.).numpy())
        """,
    ),
    "the run in a function the graph outside": (
        """
        x = tf.placeholder(tf.float32, [])
        y = x * 2
        sess = tf.Session()

        def predict(value):
            return sess.run(y, feed_dict={x: value})

        print(predict(1.))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = x * 2
            return y


        def predict(value):
            return compute_y(value).numpy()

        print(predict(1.))
        """,
    ),
    "one random op in two functions": (
        """
        r = tf.random_normal([2], seed=1)
        sess = tf.Session()
        print(sess.run(r), sess.run(r + 1))
        """,
        """


        @tf.function
        def compute_r():
            r = tf.random.normal([2], seed=1)
            return r


        @tf.function
        def compute():
            r = tf.random.normal([2], seed=1)
            return r + 1


        print(compute_r().numpy(), compute().numpy())
        """,
        "streams of their own",
    ),
    "two values of one name in one function": (
        """
        scale = 2.
        x = tf.placeholder(tf.float32, [])
        y = x * scale
        if scale > 1:
            scale = 3.
        z = y * scale
        sess = tf.Session()
        print(sess.run(z, {x: 1.}))
        """,
        """
        scale = 2.
        initial_scale = scale
        if scale > 1:
            scale = 3.
        initial_scale_2 = scale


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_z(x):
            y = x * initial_scale
            z = y * initial_scale_2
            return z


        print(compute_z(1.).numpy())
        """,
    ),
    "a helper defined again between uses": (
        """
        def act(t):
            return tf.nn.relu(t)
        x = tf.placeholder(tf.float32, [2])
        y = act(x)
        def act(t):
            return tf.nn.tanh(t)
        z = act(x)
        sess = tf.Session()
        print(sess.run([y, z], {x: [1., -1.]}))
        """,
        """
        def act(t):
            return tf.nn.relu(t)
        initial_act = act
        def act(t):
            return tf.nn.tanh(t)
        initial_act_2 = act


        @tf.function(input_signature=[tf.TensorSpec([2], tf.float32)])
        def compute_y_and_z(x):
            y = initial_act(x)
            z = initial_act_2(x)
            return y, z


        print([value.numpy() for value in compute_y_and_z([1., -1.])])
        """,
    ),
    "a variable's name for the next layer": (
        """
        x = tf.placeholder(tf.float32, [None, 1])
        w = tf.Variable([[1.]])
        h = tf.matmul(x, w)
        w = tf.Variable([[2.]])
        y = tf.matmul(h, w)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(y, {x: [[1.]]}), sess.run(w))
        """,
        """
        w_1 = tf.Variable([[1.]])
        w = tf.Variable([[2.]])


        @tf.function(input_signature=[tf.TensorSpec([None, 1], tf.float32)])
        def compute_y(x):
            h = tf.matmul(x, w_1)
            y = tf.matmul(h, w)
            return y


        print(compute_y([[1.]]).numpy(), w.numpy())
        """,
    ),
    "helper that prints": (
        """
        def layer(t):
            print('building', t.shape)
            return t * 2
        x = tf.placeholder(tf.float32, [2])
        y = layer(x)
        sess = tf.Session()
        print(sess.run(y, {x: [1., 1.]}))
        """,
        """
        def layer(t):
            print('building', t.shape)
            return t * 2


        @tf.function(input_signature=[tf.TensorSpec([2], tf.float32)])
        def compute_y(x):
            y = layer(x)
            return y


        print(compute_y([1., 1.]).numpy())
        """,
        "`layer` prints when a step function that calls it is traced",
    ),
    "a branch that prints": (
        """
        import sys
        x = tf.placeholder(tf.float32, [])
        if len(sys.argv) > 1:
            y = x * 2
            print('long')
        else:
            y = x * 3
        sess = tf.Session()
        print(sess.run(y, {x: 1.}))
        """,
        """
        import sys


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            if len(sys.argv) > 1:
                y = x * 2
                print('long')
            else:
                y = x * 3
            return y


        print(compute_y(1.).numpy())
        """,
        "prints when the step function is traced",
    ),
    "a symbolic tensor that is printed": (
        """
        x = tf.placeholder(tf.float32, [])
        y = x * 2
        print(y)
        print("y:", y.name)
        sess = tf.Session()
        print(sess.run(y, {x: 1.}))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = x * 2
            return y


        print(compute_y(1.).numpy())
        """,
    ),
    "static sizes in Python code": (
        """
        x = tf.placeholder(tf.float32, [None, 4])
        n = int(x.get_shape()[1])
        assert x.get_shape().as_list() == [None, 4]
        w = tf.Variable(tf.ones([n, 2]))
        y = tf.matmul(x, w) / n
        print(y.shape, y.get_shape().as_list(), 'rank %d' % y.shape.ndims)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(y, {x: [[1.] * n]}))
        """,
        """
        n = 4
        w = tf.Variable(tf.ones([n, 2]))


        @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32)])
        def compute_y(x):
            y = tf.matmul(x, w) / n
            return y


        print(tf.TensorShape([None, 2]), [None, 2], 'rank %d' % 2)
        print(compute_y([[1.] * n]).numpy())
        """,
        "an assertion about static shapes that hold",
    ),
    "two uses of a rebound variable": (
        """
        x = tf.placeholder(tf.float32, [None])
        w = tf.Variable(1.5)
        loss = tf.reduce_sum(tf.square(x * w - 1))
        opt = tf.train.GradientDescentOptimizer(0.05).minimize(loss)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(opt, feed_dict={x: [.5, .25]})
        w = sess.run(w)
        print(w)
        """,
        """
        w_1 = tf.Variable(1.5)
        optimizer = tf.keras.optimizers.SGD(0.05)


        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
        def train_step(x):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.square(x * w_1 - 1))
            variables = [w_1]
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables))


        train_step([.5, .25])
        w = w_1.numpy()
        print(w)
        """,
    ),
    "name of a handler": (
        """
        scale = 3.
        x = tf.placeholder(tf.float32, [])
        y = x * scale
        sess = tf.Session()
        try:
            raise ValueError('no')
        except Exception as scale:
            pass
        print(sess.run(y, {x: 1.}))
        """,
        """
        scale = 3.
        initial_scale = scale


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = x * initial_scale
            return y


        try:
            raise ValueError('no')
        except Exception as scale:
            pass
        print(compute_y(1.).numpy())
        """,
    ),
    "private modules": (
        """
        from tensorflow.python.ops import math_ops, array_ops
        x = tf.placeholder(tf.float32, [4])
        z = array_ops.concat([math_ops.exp(x)] * 2, 0)
        sess = tf.Session()
        print(sess.run(z, {x: [1., 1., 1., 1.]}))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([4], tf.float32)])
        def compute_z(x):
            z = tf.concat([tf.exp(x)] * 2, 0)
            return z


        print(compute_z([1., 1., 1., 1.]).numpy())
        """,
    ),
    "no op after writes": (
        """
        n = tf.Variable(0.)
        tick = n.assign_add(1.)
        with tf.control_dependencies([tick]):
            done = tf.no_op(name='done')
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(done)
        """,
        """
        n = tf.Variable(0.)


        @tf.function
        def done():
            n.assign_add(1.)


        done()
        """,
    ),
}
REFUSED = {
    "comparing an unknown static size": (
        """
        x = tf.placeholder(tf.float32, [None, 2])
        if x.shape[0] == None:  # here
            print('unknown')
        sess = tf.Session()
        print(sess.run(x * 2., {x: [[1., 2.]]}))
        """,
        "TF1's Dimension(None) is neither None nor equal to anything",
    ),
    "helper reads a rebound name": (
        """
        rate = 2.0
        def scaled(t):
            return t * rate  # here
        x = tf.placeholder(tf.float32)
        y = scaled(x)
        rate = 10.0
        sess = tf.Session()
        print(sess.run(y, {x: 1.}))
        """,
        "a helper reads `rate`",
    ),
    "helper that draws": (
        """
        import numpy as np
        def noisy(t):
            return t + np.random.rand(2)  # here
        x = tf.placeholder(tf.float32, [2])
        y = noisy(x)
        sess = tf.Session()
        print(sess.run(y, {x: [1., 1.]}))
        """,
        "`np.random.rand` is called by a helper",
    ),
    "draw in a loop": (
        """
        import numpy as np
        x = tf.placeholder(tf.float32, [])
        h = x
        for _ in range(2):
            h = h * np.random.rand()  # here
        sess = tf.Session()
        print(sess.run(h, {x: 1.}))
        """,
        "give its value a name before the graph code",
    ),
    "array changed in place": (
        """
        import numpy as np
        t = np.arange(2.)
        x = tf.placeholder(tf.float32, [2])
        y = x * t
        t[0] = 5.  # here
        sess = tf.Session()
        print(sess.run(y, {x: [1., 1.]}))
        """,
        "changed in place",
    ),
    "array changed by augmented assignment": (
        """
        import numpy as np
        t = np.arange(2.)
        x = tf.placeholder(tf.float32, [2])
        y = x * t
        t *= 2  # here
        sess = tf.Session()
        print(sess.run(y, {x: [1., 1.]}))
        """,
        "changed in place",
    ),
    "array changed through a slice": (
        """
        import numpy as np
        t = np.arange(2.)
        view = t[1:]
        x = tf.placeholder(tf.float32, [None])
        y = x * t
        view[:] = 9
        sess = tf.Session()
        print(sess.run(y, {x: [1., 1.]}))
        """,
        "changed in place",
    ),
    "array changed through a reshaped view": (
        """
        import numpy as np
        t = np.arange(2.)
        view = t.ravel()
        x = tf.placeholder(tf.float32, [None])
        y = x * t
        for i in range(2):
            view[i] += 1
        sess = tf.Session()
        print(sess.run(y, {x: [1., 1.]}))
        """,
        "changed in place",
    ),
    "array changed through NumPy's view": (
        """
        import numpy as np
        t = np.arange(2.)
        view = np.reshape(t, [2, 1])
        x = tf.placeholder(tf.float32, [None])
        y = x * t
        view *= 2
        sess = tf.Session()
        print(sess.run(y, {x: [1., 1.]}))
        """,
        "changed in place",
    ),
    "array changed through the whole of a view": (
        """
        import numpy as np
        t = np.arange(2.)
        whole, t = t, t[:1]
        x = tf.placeholder(tf.float32, [None])
        y = x * t
        whole[:] = 9
        sess = tf.Session()
        print(sess.run(y, {x: [1., 1.]}))
        """,
        "changed in place",
    ),
    "array changed through a loop over its rows": (
        """
        import numpy as np
        t = np.arange(2.)
        rows = [t]
        x = tf.placeholder(tf.float32, [None])
        y = x * t
        for row in rows:
            row[:] = 9
        sess = tf.Session()
        print(sess.run(y, {x: [1., 1.]}))
        """,
        "changed in place",
    ),
    "array changed through a container of it": (
        """
        import numpy as np
        t = np.arange(2.)
        held = {'t': t}
        x = tf.placeholder(tf.float32, [None])
        y = x * t
        held['t'][0] = 9
        sess = tf.Session()
        print(sess.run(y, {x: [1., 1.]}))
        """,
        "changed in place",
    ),
    "array changed through a helper": (
        """
        import numpy as np
        t = np.arange(2.)
        def change(a):
            a /= a.sum()
        x = tf.placeholder(tf.float32, [None])
        y = x * t
        change(t)
        sess = tf.Session()
        print(sess.run(y, {x: [1., 1.]}))
        """,
        "changed in place",
    ),
    "array changed through a helper of its container": (
        """
        import numpy as np
        t = np.arange(2.)
        held = {'t': t}
        def change(h):
            h['t'][0] = 5
        x = tf.placeholder(tf.float32, [None])
        y = x * t
        change(held)
        sess = tf.Session()
        print(sess.run(y, {x: [1., 1.]}))
        """,
        "changed in place",
    ),
    "array changed through an out argument": (
        """
        import numpy as np
        t = np.arange(2.)
        one = 1
        x = tf.placeholder(tf.float32, [None])
        y = x * t
        np.add(t, one, out=t)
        sess = tf.Session()
        print(sess.run(y, {x: [1., 1.]}))
        """,
        "changed in place",
    ),
    "resource variable beside its update": (
        """
        v = tf.get_variable('v', [], initializer=tf.zeros_initializer(), use_resource=True)
        up = v.assign_add(1.)
        sess = tf.Session()
        print(sess.run([up, v]))  # here
        """,
        "TF1 reads it before or after",
    ),
    "array changed by another name": (
        """
        import numpy as np
        t = np.arange(2.)
        b = t
        x = tf.placeholder(tf.float32, [2])
        y = x * t
        b[0] = 2  # here
        sess = tf.Session()
        print(sess.run(y, {x: [1., 1.]}))
        """,
        "changed in place",
    ),
    "counter of graph code": (
        """
        x = tf.placeholder(tf.float32, [])
        n = 0
        h = x
        while n < 3:  # here
            h = h + n
            n += 1
        sess = tf.Session()
        print(n, sess.run(h, {x: 1.}))
        """,
        "`n` counts inside graph code",
    ),
    "unfed placeholder": (
        """
        x = tf.placeholder(tf.float32, [], name='x')
        sess = tf.Session()
        print(sess.run(x * 2))  # here
        """,
        "which this run does not feed",
    ),
    "read against an unordered write": (
        """
        w = tf.Variable(1.)
        up = w.assign_add(1.)
        y = w * 3
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run([up, y]))  # here
        """,
        "is read and written in one run",
    ),
    "two unordered writes": (
        """
        w = tf.Variable(1.)
        a = w.assign_add(1.)
        b = w.assign(5.)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run([a, b]))  # here
        """,
        "is written twice in one run",
    ),
    "control dependencies that race": (
        """
        w = tf.Variable(1.)
        v = tf.Variable(1.)
        with tf.control_dependencies([tf.assign(w, v), v.assign_add(w)]):
            y = tf.constant(1.) + w
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(y))  # here
        """,
        "is read and written in one run",
    ),
    "state made in a loop of graph code": (
        """
        x = tf.placeholder(tf.float32, [])
        h = x
        for n in range(2):  # here
            w = tf.Variable(1.)
            h = h * w
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(h, {x: 1.}))
        """,
        "makes state among graph code",
    ),
    "tensor as a condition": (
        """
        x = tf.placeholder(tf.bool, [])
        if x:  # here
            y = 1
        sess = tf.Session()
        print(sess.run(x, {x: True}))
        """,
        "is used outside of a run",
    ),
    "an assertion before a write": (
        """
        x = tf.placeholder(tf.float32, [])
        w = tf.Variable(1.)
        check = tf.Assert(x > 0, [x])
        with tf.control_dependencies([check]):  # here
            y = tf.log(x)
        up = w.assign_sub(y)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(up, {x: 1.})
        """,
        "is not ordered by a tf.function",
    ),
    "a read that shares memory": (
        """
        a = tf.Variable([1., 2.])
        old = tf.identity(a)  # here
        with tf.control_dependencies([old]):
            up = a.assign([5., 6.])
        with tf.control_dependencies([up]):
            out = old * 1.
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(out))
        """,
        "shares the memory of `a`",
    ),
    "array shuffled": (
        """
        import numpy as np
        t = np.arange(2.)
        x = tf.placeholder(tf.float32, [2])
        y = x * t
        np.random.shuffle(t)  # here
        sess = tf.Session()
        print(sess.run(y, {x: [1., 1.]}))
        """,
        "changed in place",
    ),
    "array filled": (
        """
        import numpy as np
        t = np.arange(2.)
        x = tf.placeholder(tf.float32, [2])
        y = x * t
        t.fill(0)  # here
        sess = tf.Session()
        print(sess.run(y, {x: [1., 1.]}))
        """,
        "changed in place",
    ),
    "list sorted": (
        """
        sizes = [3., 1.]
        x = tf.placeholder(tf.float32, [2])
        y = x * sizes
        sizes.sort()  # here
        sess = tf.Session()
        print(sess.run(y, {x: [1., 1.]}))
        """,
        "changed in place",
    ),
}


@pytest.mark.parametrize("case", CONVERTED.values(), ids=CONVERTED)
def test_converted(case: tuple[str, ...]) -> None:
    check(*case)


@pytest.mark.parametrize(("before", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(before: str, message: str) -> None:
    check_refused(before, message)
