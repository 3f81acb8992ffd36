"""Initializer runs: removed, or a reset where variables really start again."""

from __future__ import annotations

import pytest
from rewriting import check, check_refused

CONVERTED: dict[str, tuple[str, ...]] = {
    "removed": (
        """
        w = tf.Variable(1.)
        init = tf.global_variables_initializer()
        sess = tf.Session()
        sess.run(init)
        print(sess.run(w))
        """,
        """
        w = tf.Variable(1.)
        print(w.numpy())
        """,
    ),
    "in a group": (
        """
        w = tf.Variable(1.)
        init = tf.group(tf.global_variables_initializer(), tf.local_variables_initializer())
        sess = tf.Session()
        sess.run(init)
        print(sess.run(w))
        """,
        """
        w = tf.Variable(1.)
        print(w.numpy())
        """,
    ),
    "result not read": (
        """
        w = tf.Variable(1.)
        sess = tf.Session()
        _ = sess.run(tf.global_variables_initializer())
        print(sess.run(w))
        """,
        """
        w = tf.Variable(1.)
        print(w.numpy())
        """,
    ),
    "on one line with another": (
        """
        w = tf.Variable(1.)
        sess = tf.Session(); sess.run(tf.global_variables_initializer()); print(sess.run(w))
        """,
        """
        w = tf.Variable(1.)
        print(w.numpy())
        """,
    ),
    "only statement of a block": (
        """
        import sys
        w = tf.Variable(1.)
        init = tf.global_variables_initializer()
        sess = tf.Session()
        if len(sys.argv) < 5:
            sess.run(init)
        print(sess.run(w))
        """,
        """
        import sys
        w = tf.Variable(1.)
        if len(sys.argv) < 5:
            pass
        print(w.numpy())
        """,
    ),
    "only statement of an else": (
        """
        import sys
        w = tf.Variable(1.)
        init = tf.global_variables_initializer()
        sess = tf.Session()
        if len(sys.argv) > 5:
            print('more')
        else:
            sess.run(init)
        print(sess.run(w))
        """,
        """
        import sys
        w = tf.Variable(1.)
        if len(sys.argv) > 5:
            print('more')
        else:
            pass
        print(w.numpy())
        """,
    ),
    "helper that initialises": (
        """
        w = tf.Variable(1.)
        sess = tf.Session()
        def start():
            sess.run(tf.global_variables_initializer())
        start()
        print(sess.run(w))
        """,
        """
        w = tf.Variable(1.)
        def start():
            pass
        start()
        print(w.numpy())
        """,
    ),
    "initializer before the run of all": (
        """
        a = tf.Variable(1.)
        b = tf.Variable(2.)
        sess = tf.Session()
        sess.run(a.initializer)
        sess.run([b.initializer])
        print(sess.run([a, b]))
        """,
        """
        a = tf.Variable(1.)
        b = tf.Variable(2.)
        print([a.numpy(), b.numpy()])
        """,
    ),
    "init op of later variables": (
        """
        a = tf.Variable(1.)
        init = tf.global_variables_initializer()
        b = tf.Variable(2.)
        sess = tf.Session()
        sess.run(init)
        sess.run(b.initializer)
        print(sess.run([a, b]))
        """,
        """
        a = tf.Variable(1.)
        b = tf.Variable(2.)
        print([a.numpy(), b.numpy()])
        """,
    ),
    "new variables for each call": (
        """
        def main(rate):
            tf.reset_default_graph()
            w = tf.Variable(rate)
            up = w.assign_add(1.)
            with tf.Session() as sess:
                sess.run(tf.global_variables_initializer())
                print(sess.run(up))
        main(1.)
        main(2.)
        """,
        """
        def main(rate):
            w = tf.Variable(rate)

            @tf.function
            def up():
                up = w.assign_add(1.)
                return up

            print(up().numpy())
        main(1.)
        main(2.)
        """,
    ),
    "runs again after a write": (
        """
        w = tf.Variable(1.)
        up = w.assign_add(1.)
        init = tf.global_variables_initializer()
        sess = tf.Session()
        sess.run(init)
        print(sess.run(up))
        sess.run(init)
        print(sess.run(w))
        """,
        """
        w = tf.Variable(1.)


        def initialize_variables():
            w.assign(1.)


        @tf.function
        def up():
            up = w.assign_add(1.)
            return up


        print(up().numpy())
        initialize_variables()
        print(w.numpy())
        """,
        "runs again here",
    ),
    "runs in a loop": (
        """
        w = tf.Variable(1.)
        up = w.assign_add(1.)
        init = tf.global_variables_initializer()
        sess = tf.Session()
        for _ in range(2):
            sess.run(init)
            print(sess.run(up))
        """,
        """
        w = tf.Variable(1.)


        def initialize_variables():
            w.assign(1.)


        @tf.function
        def up():
            up = w.assign_add(1.)
            return up


        for _ in range(2):
            initialize_variables()
            print(up().numpy())
        """,
        "runs again here",
    ),
    "a random start is drawn again": (
        """
        w = tf.Variable(tf.random_normal([3], seed=4), name='w')
        init = tf.global_variables_initializer()
        sess = tf.Session()
        sess.run(init)
        first = sess.run(w)
        sess.run(init)
        print((first == sess.run(w)).all())
        """,
        """
        w = tf.Variable(tf.random.normal([3], seed=4), name='w')


        def initialize_variables():
            w.assign(tf.random.normal([3], seed=4))


        first = w.numpy()
        initialize_variables()
        print((first == w.numpy()).all())
        """,
        "runs again here",
    ),
    "the optimizer starts again": (
        """
        w = tf.Variable(1.0)
        loss = tf.square(w - 3.)
        train_op = tf.train.AdamOptimizer(0.1).minimize(loss)
        init = tf.global_variables_initializer()
        sess = tf.Session()
        for trial in range(3):
            sess.run(init)
            sess.run(train_op)
        """,
        """
        w = tf.Variable(1.0)
        optimizer = tf.keras.optimizers.Adam(0.1, epsilon=1e-8)


        @tf.function
        def train_step():
            with tf.GradientTape() as tape:
                loss = tf.square(w - 3.)
            variables = [w]
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables))


        def initialize_variables():
            w.assign(1.0)
            optimizer.iterations.assign(0)
            for slot in optimizer.variables[2:]:  # all but the iterations and the learning rate
                slot.assign(tf.zeros_like(slot))


        for trial in range(3):
            initialize_variables()
            train_step()
        """,
        "runs again here",
    ),
    "only the named variable starts again": (
        """
        w = tf.Variable(1.0)
        train_op = tf.train.AdamOptimizer(0.1).minimize(tf.square(w - 3.))
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(train_op)
        sess.run(w.initializer)
        print(sess.run(w))
        """,
        """
        w = tf.Variable(1.0)


        def initialize_variables():
            w.assign(1.0)


        optimizer = tf.keras.optimizers.Adam(0.1, epsilon=1e-8)


        @tf.function
        def train_step():
            with tf.GradientTape() as tape:
                loss = tf.square(w - 3.)
            variables = [w]
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables))


        train_step()
        initialize_variables()
        print(w.numpy())
        """,
        "runs again here",
    ),
    "variables initializer of some": (
        """
        a = tf.Variable(1.)
        b = tf.Variable(2.)
        up = tf.group(a.assign_add(1.), b.assign_add(1.))
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(up)
        sess.run(tf.variables_initializer([b]))
        print(sess.run([a, b]))
        """,
        """
        a = tf.Variable(1.)
        b = tf.Variable(2.)


        def initialize_variables():
            b.assign(2.)


        @tf.function
        def up():
            a.assign_add(1.)
            b.assign_add(1.)


        up()
        initialize_variables()
        print([a.numpy(), b.numpy()])
        """,
        "runs again here",
    ),
    "the reset of a get variable": (
        """
        w = tf.get_variable('w', [2], initializer=tf.ones_initializer())
        up = w.assign_add([1., 1.])
        sess = tf.Session()
        for _ in range(2):
            sess.run(tf.global_variables_initializer())
            print(sess.run(up))
        """,
        """
        w = tf.Variable(tf.ones_initializer()([2]), name='w')


        def initialize_variables():
            w.assign(tf.ones_initializer()([2]))


        @tf.function
        def up():
            up = w.assign_add([1., 1.])
            return up


        for _ in range(2):
            initialize_variables()
            print(up().numpy())
        """,
        "runs again here",
    ),
    "reset in a function": (
        """
        def main():
            w = tf.Variable(1.)
            up = w.assign_add(1.)
            with tf.Session() as sess:
                for _ in range(2):
                    sess.run(tf.global_variables_initializer())
                    print(sess.run(up))
        main()
        """,
        """
        def main():
            w = tf.Variable(1.)

            def initialize_variables():
                w.assign(1.)

            @tf.function
            def up():
                up = w.assign_add(1.)
                return up

            for _ in range(2):
                initialize_variables()
                print(up().numpy())
        main()
        """,
        "runs again here",
    ),
}
REFUSED = {
    "a draw that has a name": (
        """
        start = tf.random_normal([2])
        w = tf.Variable(start)  # here
        init = tf.global_variables_initializer()
        sess = tf.Session()
        for _ in range(2):
            sess.run(init)
            print(sess.run(w))
        """,
        "TF1 draws anew",
    ),
    "together with others": (
        """
        w = tf.Variable(1.)
        sess = tf.Session()
        print(sess.run([tf.global_variables_initializer(), w]))  # here
        """,
        "together with other fetches",
    ),
    "fed": (
        """
        n = tf.placeholder(tf.float32, [])
        w = tf.Variable(1.)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer(), {n: 2.})  # here
        print(sess.run(w))
        """,
        "an initializer is fed",
    ),
    "start value drawn by numpy again": (
        """
        import numpy as np
        w = tf.Variable(np.random.rand(2))  # here
        up = w.assign_add([1., 1.])
        init = tf.global_variables_initializer()
        sess = tf.Session()
        sess.run(init)
        sess.run(up)
        sess.run(init)
        print(sess.run(w))
        """,
        "that NumPy drew once",
    ),
    "variables in a list again": (
        """
        ws = [tf.Variable(float(i)) for i in range(2)]  # here
        up = [w.assign_add(1.) for w in ws]
        init = tf.global_variables_initializer()
        sess = tf.Session()
        sess.run(init)
        sess.run(up)
        sess.run(init)
        print(sess.run(ws))
        """,
        "made in a loop is initialised again",
    ),
    "start name rebound before reset": (
        """
        start = 1.
        w = tf.Variable(start)  # here
        start = 5.
        up = w.assign_add(1.)
        init = tf.global_variables_initializer()
        sess = tf.Session()
        sess.run(init)
        sess.run(up)
        sess.run(init)
        print(sess.run(w))
        """,
        "`start` changes",
    ),
    "start array changed": (
        """
        import numpy as np
        start = np.ones(2)
        w = tf.Variable(start)  # here
        up = w.assign_add([1., 1.])
        init = tf.global_variables_initializer()
        sess = tf.Session()
        sess.run(init)
        start[0] = 7.
        sess.run(up)
        sess.run(init)
        print(sess.run(w))
        """,
        "`start` changes",
    ),
    "is initialized": (
        """
        w = tf.Variable(1.)
        sess = tf.Session()
        print(sess.run(tf.is_variable_initialized(w)), sess.run(tf.report_uninitialized_variables()))  # here
        """,
        "`tf.is_variable_initialized` can't be converted",
    ),
    "slots that do not start at zero": (
        """
        w = tf.Variable(1.0)
        train_op = tf.train.RMSPropOptimizer(0.1).minimize(tf.square(w - 3.))  # here
        init = tf.global_variables_initializer()
        sess = tf.Session()
        for trial in range(3):
            sess.run(init)
            sess.run(train_op)
        """,
        "slots would have to start anew",
    ),
}


@pytest.mark.parametrize("case", CONVERTED.values(), ids=CONVERTED)
def test_converted(case: tuple[str, ...]) -> None:
    check(*case)


@pytest.mark.parametrize(("before", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(before: str, message: str) -> None:
    check_refused(before, message)
