"""Gradients: the tape around the forward pass, and which variables are trained."""

from __future__ import annotations

import pytest
from rewriting import check, check_refused

CONVERTED: dict[str, tuple[str, ...]] = {
    "minimize": (
        """
        x = tf.placeholder(tf.float32, [None])
        w = tf.Variable(2.)
        b = tf.Variable(0.)
        loss = tf.reduce_mean(tf.square(w * x + b - 1))
        train = tf.train.GradientDescentOptimizer(.1).minimize(loss)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        _, l = sess.run([train, loss], {x: [1., 2.]})
        """,
        """
        w = tf.Variable(2.)
        b = tf.Variable(0.)
        optimizer = tf.keras.optimizers.SGD(.1)


        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
        def train_step(x):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(w * x + b - 1))
            variables = [w, b]
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables))
            return loss


        l = train_step([1., 2.]).numpy()
        """,
    ),
    "minimize the negative": (
        """
        w = tf.Variable(2.)
        gain = tf.square(w)
        train = tf.train.GradientDescentOptimizer(.1).minimize(-gain)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(train)
        """,
        """
        w = tf.Variable(2.)
        optimizer = tf.keras.optimizers.SGD(.1)


        @tf.function
        def train_step():
            with tf.GradientTape() as tape:
                gain = tf.square(w)
                loss = -gain
            variables = [w]
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables))


        train_step()
        """,
    ),
    "minimize with global step": (
        """
        w = tf.Variable(2.)
        step = tf.Variable(0, trainable=False)
        train = tf.train.GradientDescentOptimizer(.1).minimize(tf.square(w), global_step=step)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        _, i = sess.run([train, step])
        """,
        """
        w = tf.Variable(2.)
        step = tf.Variable(0, trainable=False)
        optimizer = tf.keras.optimizers.SGD(.1)


        @tf.function
        def train_step():
            with tf.GradientTape() as tape:
                loss = tf.square(w)
            variables = [w]
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables))
            step.assign_add(1)
            return step.read_value()


        i = train_step().numpy()
        """,
    ),
    "var list": (
        """
        a = tf.Variable(1.)
        b = tf.Variable(2.)
        loss = tf.square(a * b - 1.)
        train = tf.train.GradientDescentOptimizer(.1).minimize(loss, var_list=[b])
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(train)
        """,
        """
        a = tf.Variable(1.)
        b = tf.Variable(2.)
        optimizer = tf.keras.optimizers.SGD(.1)


        @tf.function
        def train_step():
            with tf.GradientTape() as tape:
                loss = tf.square(a * b - 1.)
            variables = [b]
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables))


        train_step()
        """,
    ),
    "var list is all trainable variables": (
        """
        a = tf.Variable(1.)
        b = tf.Variable(2.)
        loss = tf.square(a * b - 1.)
        tvars = tf.trainable_variables()
        train = tf.train.GradientDescentOptimizer(.1).minimize(loss, var_list=tvars)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(train)
        print(sess.run(tvars))
        """,
        """
        a = tf.Variable(1.)
        b = tf.Variable(2.)
        tvars = [a, b]
        optimizer = tf.keras.optimizers.SGD(.1)


        @tf.function
        def train_step():
            with tf.GradientTape() as tape:
                loss = tf.square(a * b - 1.)
            variables = [a, b]
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables))


        train_step()
        print([value.numpy() for value in tvars])
        """,
    ),
    "var list by name": (
        """
        with tf.variable_scope('g'):
            a = tf.get_variable('a', initializer=1.)
        with tf.variable_scope('d'):
            b = tf.get_variable('b', initializer=2.)
        loss = tf.square(a * b - 1.)
        chosen = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope='d')
        train = tf.train.GradientDescentOptimizer(.1).minimize(loss, var_list=chosen)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(train)
        """,
        """
        a = tf.Variable(1., name='g/a')
        b = tf.Variable(2., name='d/b')
        chosen = [b]
        optimizer = tf.keras.optimizers.SGD(.1)


        @tf.function
        def train_step():
            with tf.GradientTape() as tape:
                loss = tf.square(a * b - 1.)
            variables = [b]
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables))


        train_step()
        """,
    ),
    "var list by list comp": (
        """
        with tf.variable_scope('g'):
            a = tf.get_variable('a', initializer=1.)
        with tf.variable_scope('d'):
            b = tf.get_variable('b', initializer=2.)
        loss = tf.square(a * b - 1.)
        dv = [v for v in tf.trainable_variables() if 'd/' in v.name]
        train = tf.train.GradientDescentOptimizer(.1).minimize(loss, var_list=dv)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(train)
        """,
        """
        a = tf.Variable(1., name='g/a')
        b = tf.Variable(2., name='d/b')
        dv = [v for v in [a, b] if 'd/' in v.name]
        optimizer = tf.keras.optimizers.SGD(.1)


        @tf.function
        def train_step():
            with tf.GradientTape() as tape:
                loss = tf.square(a * b - 1.)
            variables = [b]
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables))


        train_step()
        """,
    ),
    "only what is trainable when minimize is called": (
        """
        a = tf.Variable(1.)
        frozen = tf.Variable(1., trainable=False)
        loss = tf.square(a * frozen - 1.)
        train = tf.train.GradientDescentOptimizer(.1).minimize(loss)
        later = tf.Variable(1.)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(train)
        print(sess.run(later))
        """,
        """
        a = tf.Variable(1.)
        frozen = tf.Variable(1., trainable=False)
        optimizer = tf.keras.optimizers.SGD(.1)


        @tf.function
        def train_step():
            with tf.GradientTape() as tape:
                loss = tf.square(a * frozen - 1.)
            variables = [a]
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables))


        later = tf.Variable(1.)
        train_step()
        print(later.numpy())
        """,
    ),
    "tf gradients": (
        """
        w = tf.Variable(2.)
        loss = tf.square(w - 1)
        grad = tf.gradients(loss, w)[0]
        up = w.assign_sub(.1 * grad)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(up)
        """,
        """
        w = tf.Variable(2.)


        @tf.function
        def up():
            loss = tf.square(w - 1)
            grad = tf.gradients(loss, w)[0]
            w.assign_sub(.1 * grad)


        up()
        """,
    ),
    "tf gradients with respect to a placeholder": (
        """
        x = tf.placeholder(tf.float32, [])
        y = x * x
        dy, = tf.gradients(y, [x])
        sess = tf.Session()
        print(sess.run(dy, {x: 3.}))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_dy(x):
            y = x * x
            dy, = tf.gradients(y, [x])
            return dy


        print(compute_dy(3.).numpy())
        """,
    ),
    "tf gradients of an inner tensor": (
        """
        x = tf.placeholder(tf.float32, [])
        h = x * 2
        y = h * h
        g = tf.gradients(y, h)
        sess = tf.Session()
        print(sess.run(g, {x: 3.}))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_g(x):
            h = x * 2
            y = h * h
            g = tf.gradients(y, h)
            return g


        print([value.numpy() for value in compute_g(3.)])
        """,
    ),
    "second derivative": (
        """
        x = tf.placeholder(tf.float32, [])
        y = x * x * x
        g = tf.gradients(y, x)[0]
        h = tf.gradients(g, x)[0]
        sess = tf.Session()
        print(sess.run(h, {x: 3.}))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_h(x):
            y = x * x * x
            g = tf.gradients(y, x)[0]
            h = tf.gradients(g, x)[0]
            return h


        print(compute_h(3.).numpy())
        """,
    ),
    "grad ys": (
        """
        x = tf.placeholder(tf.float32, [2])
        y = x * x
        g = tf.gradients(y, x, grad_ys=[tf.constant([1., 2.])])[0]
        sess = tf.Session()
        print(sess.run(g, {x: [3., 4.]}))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([2], tf.float32)])
        def compute_g(x):
            y = x * x
            g = tf.gradients(y, x, grad_ys=[tf.constant([1., 2.])])[0]
            return g


        print(compute_g([3., 4.]).numpy())
        """,
    ),
    "clipped gradients": (
        """
        w = tf.Variable(2.)
        loss = tf.square(w)
        opt = tf.train.GradientDescentOptimizer(.1)
        gvs = opt.compute_gradients(loss)
        capped = [(tf.clip_by_value(g, -1., 1.), v) for g, v in gvs]
        train = opt.apply_gradients(capped)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(train)
        """,
        """
        w = tf.Variable(2.)
        opt = tf.keras.optimizers.SGD(.1)


        @tf.function
        def train_step():
            with tf.GradientTape() as tape:
                loss = tf.square(w)
            variables = [w]
            gradients = tape.gradient(loss, variables)
            gvs = list(zip(gradients, variables))
            capped = [(tf.clip_by_value(g, -1., 1.), v) for g, v in gvs]
            opt.apply_gradients(capped)


        train_step()
        """,
    ),
    "clip by global norm": (
        """
        w = tf.Variable(2.)
        loss = tf.square(w)
        opt = tf.train.GradientDescentOptimizer(.1)
        tvars = tf.trainable_variables()
        grads, _ = tf.clip_by_global_norm(tf.gradients(loss, tvars), 5.)
        train = opt.apply_gradients(zip(grads, tvars))
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(train)
        """,
        """
        w = tf.Variable(2.)
        opt = tf.keras.optimizers.SGD(.1)
        tvars = [w]


        @tf.function
        def train_step():
            loss = tf.square(w)
            grads, _ = tf.clip_by_global_norm(tf.gradients(loss, tvars), 5.)
            opt.apply_gradients(zip(grads, tvars))


        train_step()
        """,
    ),
    "forward outside the tape": (
        """
        x = tf.placeholder(tf.float32, [])
        w = tf.Variable(2.)
        h = tf.log(x)
        loss = tf.square(w * h)
        accuracy = tf.cast(loss < 1, tf.float32)
        train = tf.train.GradientDescentOptimizer(.1).minimize(loss)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        _, a = sess.run([train, accuracy], {x: 2.})
        """,
        """
        w = tf.Variable(2.)
        optimizer = tf.keras.optimizers.SGD(.1)


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def train_step(x):
            with tf.GradientTape() as tape:
                h = tf.math.log(x)
                loss = tf.square(w * h)
            accuracy = tf.cast(loss < 1, tf.float32)
            variables = [w]
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables))
            return accuracy


        a = train_step(2.).numpy()
        """,
    ),
    "loops inside the tape": (
        """
        x = tf.placeholder(tf.float32, [])
        w = tf.Variable(2.)
        h = x
        for _ in range(3):
            h = tf.tanh(h * w)
        loss = tf.square(h)
        train = tf.train.GradientDescentOptimizer(.1).minimize(loss)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(train, {x: 2.})
        """,
        """
        w = tf.Variable(2.)
        optimizer = tf.keras.optimizers.SGD(.1)


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def train_step(x):
            with tf.GradientTape() as tape:
                h = x
                for _ in range(3):
                    h = tf.tanh(h * w)
                loss = tf.square(h)
            variables = [w]
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables))


        train_step(2.)
        """,
    ),
    "regularization": (
        """
        w = tf.Variable(1.)
        b = tf.Variable(1.)
        loss = tf.square(w * b - 3.)
        for v in tf.trainable_variables():
            loss += .1 * tf.nn.l2_loss(v)
        train = tf.train.GradientDescentOptimizer(.1).minimize(loss)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(train)
        """,
        """
        w = tf.Variable(1.)
        b = tf.Variable(1.)
        optimizer = tf.keras.optimizers.SGD(.1)


        @tf.function
        def train_step():
            with tf.GradientTape() as tape:
                loss = tf.square(w * b - 3.)
                for v in [w, b]:
                    loss += .1 * tf.nn.l2_loss(v)
            variables = [w, b]
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables))


        train_step()
        """,
    ),
    "loss rebound": (
        """
        w = tf.Variable(1.)
        loss = tf.square(w - 3.)
        loss = loss + .1 * tf.nn.l2_loss(w)
        train = tf.train.GradientDescentOptimizer(.1).minimize(loss)
        loss = 5
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(train)
        """,
        """
        w = tf.Variable(1.)
        optimizer = tf.keras.optimizers.SGD(.1)


        @tf.function
        def train_step():
            with tf.GradientTape() as tape:
                loss = tf.square(w - 3.)
                loss = loss + .1 * tf.nn.l2_loss(w)
            variables = [w]
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables))


        loss = 5
        train_step()
        """,
    ),
    "one optimizer two losses": (
        """
        w = tf.Variable(2.)
        v = tf.Variable(3.)
        opt = tf.train.AdamOptimizer(.1)
        a = opt.minimize(tf.square(w), var_list=[w])
        b = opt.minimize(tf.square(v), var_list=[v])
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(a)
        sess.run(b)
        """,
        """
        w = tf.Variable(2.)
        v = tf.Variable(3.)
        opt = tf.keras.optimizers.Adam(.1, epsilon=1e-8)
        opt.build([w, v])


        @tf.function
        def a_step():
            with tf.GradientTape() as tape:
                loss = tf.square(w)
            variables = [w]
            gradients = tape.gradient(loss, variables)
            opt.apply_gradients(zip(gradients, variables))


        @tf.function
        def b_step():
            with tf.GradientTape() as tape:
                loss = tf.square(v)
            variables = [v]
            gradients = tape.gradient(loss, variables)
            opt.apply_gradients(zip(gradients, variables))


        a_step()
        b_step()
        """,
    ),
    "two trainings in one run": (
        """
        w = tf.Variable(2.)
        v = tf.Variable(3.)
        a = tf.train.GradientDescentOptimizer(.1).minimize(tf.square(w), var_list=[w])
        b = tf.train.GradientDescentOptimizer(.2).minimize(tf.square(v), var_list=[v])
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run([a, b])
        """,
        """
        w = tf.Variable(2.)
        v = tf.Variable(3.)
        optimizer = tf.keras.optimizers.SGD(.1)
        optimizer_2 = tf.keras.optimizers.SGD(.2)


        @tf.function
        def train_step():
            with tf.GradientTape(persistent=True) as tape:
                loss = tf.square(w)
                loss_2 = tf.square(v)
            variables = [w]
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables))
            variables_2 = [v]
            gradients_2 = tape.gradient(loss_2, variables_2)
            optimizer_2.apply_gradients(zip(gradients_2, variables_2))


        train_step()
        """,
    ),
    "rate is fed": (
        """
        rate = tf.placeholder(tf.float32, [])
        w = tf.Variable(2.)
        opt = tf.train.GradientDescentOptimizer(rate)
        train = opt.minimize(tf.square(w))
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(train, {rate: .1})
        """,
        """
        w = tf.Variable(2.)
        opt = tf.keras.optimizers.SGD(0.0)


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def train_step(rate):
            with tf.GradientTape() as tape:
                loss = tf.square(w)
            variables = [w]
            gradients = tape.gradient(loss, variables)
            opt.learning_rate.assign(rate)
            opt.apply_gradients(zip(gradients, variables))


        train_step(.1)
        """,
    ),
    "rate decays": (
        """
        step = tf.Variable(0, trainable=False)
        rate = tf.train.exponential_decay(.1, step, 10, .5)
        w = tf.Variable(2.)
        train = tf.train.GradientDescentOptimizer(rate).minimize(tf.square(w), global_step=step)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(train)
        print(sess.run(rate))
        """,
        """
        step = tf.Variable(0, trainable=False)


        @tf.function
        def compute_rate():
            rate = tf.keras.optimizers.schedules.ExponentialDecay(.1, 10, .5)(step)
            return rate


        w = tf.Variable(2.)
        optimizer = tf.keras.optimizers.SGD(0.0)


        @tf.function
        def train_step():
            with tf.GradientTape() as tape:
                loss = tf.square(w)
            rate = tf.keras.optimizers.schedules.ExponentialDecay(.1, 10, .5)(step)
            variables = [w]
            gradients = tape.gradient(loss, variables)
            optimizer.learning_rate.assign(rate)
            optimizer.apply_gradients(zip(gradients, variables))
            step.assign_add(1)


        train_step()
        print(compute_rate().numpy())
        """,
    ),
    "train op in control dependencies": (
        """
        w = tf.Variable(2.)
        loss = tf.square(w)
        train = tf.train.GradientDescentOptimizer(.1).minimize(loss)
        with tf.control_dependencies([train]):
            after = tf.square(w.read_value())
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(after))
        """,
        """
        w = tf.Variable(2.)
        optimizer = tf.keras.optimizers.SGD(.1)


        @tf.function
        def train_step():
            with tf.GradientTape() as tape:
                loss = tf.square(w)
            variables = [w]
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables))
            after = tf.square(w.read_value())
            return after


        print(train_step().numpy())
        """,
    ),
    "gradient names taken": (
        """
        variables = 1
        gradients = 2
        tape = 3
        w = tf.Variable(1.)
        train = tf.train.GradientDescentOptimizer(.1).minimize(tf.square(w))
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(train)
        print(variables, gradients, tape)
        """,
        """
        variables = 1
        gradients = 2
        tape = 3
        w = tf.Variable(1.)
        optimizer = tf.keras.optimizers.SGD(.1)


        @tf.function
        def train_step():
            with tf.GradientTape() as gradient_tape:
                loss = tf.square(w)
            variables_2 = [w]
            gradients_2 = gradient_tape.gradient(loss, variables_2)
            optimizer.apply_gradients(zip(gradients_2, variables_2))


        train_step()
        print(variables, gradients, tape)
        """,
    ),
}
REFUSED = {
    "value against the training": (
        """
        w = tf.Variable(2.)
        loss = tf.square(w)
        train = tf.train.GradientDescentOptimizer(.1).minimize(loss)
        twice = w * 3
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run([train, twice]))  # here
        """,
        "is read and written in one run",
    ),
    "loss is unknown": (
        """
        import functools
        w = tf.Variable(2.)
        def losses():
            yield tf.square(w)
        train = tf.train.GradientDescentOptimizer(.1).minimize(next(losses()))  # here
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(train)
        """,
        "the loss is not a tensor",
    ),
    "no variable": (
        """
        x = tf.placeholder(tf.float32, [])
        train = tf.train.GradientDescentOptimizer(.1).minimize(tf.square(x))  # here
        sess = tf.Session()
        sess.run(train, {x: 1.})
        """,
        "depends on no trainable variable",
    ),
}


@pytest.mark.parametrize("case", CONVERTED.values(), ids=CONVERTED)
def test_converted(case: tuple[str, ...]) -> None:
    check(*case)


@pytest.mark.parametrize(("before", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(before: str, message: str) -> None:
    check_refused(before, message)
