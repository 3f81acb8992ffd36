"""Sites: which function a run calls, and in which structure its results come back."""

from __future__ import annotations

import pytest
from rewriting import check, check_refused

CONVERTED: dict[str, tuple[str, ...]] = {
    "a single fetch": (
        """
        x = tf.placeholder(tf.float32, [2])
        y = x * 2
        sess = tf.Session()
        print(sess.run(y, {x: [1, 2]}))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([2], tf.float32)])
        def compute_y(x):
            y = x * 2
            return y


        print(compute_y([1, 2]).numpy())
        """,
    ),
    "a list keeps its structure": (
        """
        x = tf.placeholder(tf.float32, [2])
        y, z = x * 2, x * 3
        sess = tf.Session()
        both = sess.run([y, z], {x: [1, 2]})
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([2], tf.float32)])
        def compute_y_and_z(x):
            y, z = x * 2, x * 3
            return y, z


        both = [value.numpy() for value in compute_y_and_z([1, 2])]
        """,
    ),
    "a tuple keeps its structure": (
        """
        x = tf.placeholder(tf.float32, [2])
        y = x * 2
        z = x * 3
        sess = tf.Session()
        both = sess.run((y, z), {x: [1, 2]})
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([2], tf.float32)])
        def compute_y_and_z(x):
            y = x * 2
            z = x * 3
            return y, z


        both = tuple(value.numpy() for value in compute_y_and_z([1, 2]))
        """,
    ),
    "a dict": (
        """
        x = tf.placeholder(tf.float32, [2])
        y = x * 2
        sess = tf.Session()
        out = sess.run({"y": y, "twice": y + y}, {x: [1, 2]})
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([2], tf.float32)])
        def compute(x):
            y = x * 2
            return {"y": y, "twice": y + y}


        out = tf.nest.map_structure(lambda value: value.numpy(), compute([1, 2]))
        """,
    ),
    "lists in lists": (
        """
        x = tf.placeholder(tf.float32, [2])
        y = x * 2
        sess = tf.Session()
        (a, b), c = sess.run([[y, y + 1], y + 2], {x: [1, 2]})
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([2], tf.float32)])
        def compute(x):
            y = x * 2
            return [[y, y + 1], y + 2]


        (a, b), c = tf.nest.map_structure(lambda value: value.numpy(), compute([1, 2]))
        """,
    ),
    "an operation beside a value is left out": (
        """
        w = tf.Variable(1.)
        loss = tf.square(w - 3.)
        train = tf.train.GradientDescentOptimizer(.1).minimize(loss)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        _, l = sess.run([train, loss])
        """,
        """
        w = tf.Variable(1.)
        optimizer = tf.keras.optimizers.SGD(.1)


        @tf.function
        def train_step():
            with tf.GradientTape() as tape:
                loss = tf.square(w - 3.)
            variables = [w]
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables))
            return loss


        l = train_step().numpy()
        """,
    ),
    "operation in a list that is kept": (
        """
        w = tf.Variable(1.)
        up = w.assign_add(1.)
        done = tf.group(up)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        out = sess.run([done, up])
        print(out)
        """,
        """
        w = tf.Variable(1.)


        @tf.function
        def up():
            up = w.assign_add(1.)
            return up


        out = [None, up().numpy()]
        print(out)
        """,
    ),
    "variables are read in place": (
        """
        w = tf.Variable(1.)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(w), sess.run([w]), sess.run((w, w)), w.eval(session=sess), w.eval(sess))
        """,
        """
        w = tf.Variable(1.)
        print(w.numpy(), [w.numpy()], (w.numpy(), w.numpy()), w.numpy(), w.numpy())
        """,
    ),
    "variables combined in the run": (
        """
        w = tf.Variable(1.)
        v = tf.Variable(2.)
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(w * v + 1), sess.run(-w))
        """,
        """
        w = tf.Variable(1.)
        v = tf.Variable(2.)
        print((w * v + 1).numpy(), (-w).numpy())
        """,
    ),
    "eval and run methods": (
        """
        x = tf.placeholder(tf.float32, [])
        w = tf.Variable(1.)
        y = w * x
        up = tf.assign(w, y)
        sess = tf.InteractiveSession()
        tf.global_variables_initializer().run()
        up.op.run({x: 2.})
        print(y.eval({x: 2.}), y.eval(feed_dict={x: 3.}, session=sess))
        """,
        """
        w = tf.Variable(1.)


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = w * x
            return y


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def run_step(x):
            y = w * x
            w.assign(y)


        run_step(2.)
        print(compute_y(2.).numpy(), compute_y(3.).numpy())
        """,
    ),
    "eval with the session second": (
        """
        x = tf.placeholder(tf.float32, [])
        y = x * 2
        sess = tf.Session()
        print(y.eval({x: 2.}, sess))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = x * 2
            return y


        print(compute_y(2.).numpy())
        """,
    ),
    "result of an operation is thrown away": (
        """
        w = tf.Variable(1.)
        up = tf.group(w.assign_add(1.))
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        _ = sess.run(up)
        sess.run([up])
        _, = sess.run([up])
        """,
        """
        w = tf.Variable(1.)


        @tf.function
        def up():
            w.assign_add(1.)


        up()
        up()
        up()
        """,
    ),
    "result of an operation is none": (
        """
        w = tf.Variable(1.)
        up = tf.group(w.assign_add(1.))
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        nothing = sess.run(up)
        print(nothing, sess.run(w))
        """,
        """
        w = tf.Variable(1.)


        @tf.function
        def up():
            w.assign_add(1.)


        nothing = up()
        print(nothing, w.numpy())
        """,
    ),
    "equal fetches share a function": (
        """
        x = tf.placeholder(tf.float32, [])
        y = x * 2
        sess = tf.Session()
        print(sess.run(y, {x: 1.}))
        print(sess.run(y, {x: 2.}), y.eval({x: 3.}, session=sess))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = x * 2
            return y


        print(compute_y(1.).numpy())
        print(compute_y(2.).numpy(), compute_y(3.).numpy())
        """,
    ),
    "sites on lines of compound statements": (
        """
        w = tf.Variable(1.)
        up = tf.group(w.assign_add(1.))
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        if sess.run(w) > 0: print('positive')
        while sess.run(w) < 5: sess.run(up)
        for _ in range(2): sess.run(up)
        """,
        """
        w = tf.Variable(1.)


        @tf.function
        def up():
            w.assign_add(1.)


        if w.numpy() > 0: print('positive')
        while w.numpy() < 5: up()
        for _ in range(2): up()
        """,
    ),
    "sites in defaults and functions": (
        """
        x = tf.placeholder(tf.float32, [])
        y = x * 2
        sess = tf.Session()
        def predict(v, first=sess.run(y, {x: 0.})):
            return sess.run(y, {x: v}) - first
        print(predict(1.))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = x * 2
            return y


        def predict(v, first=compute_y(0.).numpy()):
            return compute_y(v).numpy() - first
        print(predict(1.))
        """,
    ),
    "sites in a lambda": (
        """
        x = tf.placeholder(tf.float32, [])
        y = x * 2
        sess = tf.Session()
        predict = lambda v: sess.run(y, {x: v})
        print(predict(1.))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = x * 2
            return y


        predict = lambda v: compute_y(v).numpy()
        print(predict(1.))
        """,
    ),
    "sites in f strings": (
        """
        x = tf.placeholder(tf.float32, [])
        y = tf.log(x) * 2
        sess = tf.Session()
        print(f'''first
        {sess.run(y, {x: 1.})} and {tf.__version__}''')
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = tf.math.log(x) * 2
            return y


        print(f'''first
        {compute_y(1.).numpy()} and {tf.__version__}''')
        """,
    ),
    "sites in a generator": (
        """
        x = tf.placeholder(tf.float32, [])
        y = x * 2
        sess = tf.Session()
        def values():
            for v in (1., 2.):
                yield sess.run(y, {x: v})
        print(list(values()))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = x * 2
            return y


        def values():
            for v in (1., 2.):
                yield compute_y(v).numpy()
        print(list(values()))
        """,
    ),
    "ops with several outputs": (
        """
        x = tf.placeholder(tf.float32, [3])
        top = tf.nn.top_k(x, k=2)
        mean, variance = tf.nn.moments(x, [0])
        sess = tf.Session()
        best = sess.run(top, {x: [1, 5, 3]})
        both = sess.run([mean, variance], {x: [1, 5, 3]})
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([3], tf.float32)])
        def compute_top(x):
            top = tf.nn.top_k(x, k=2)
            return top


        @tf.function(input_signature=[tf.TensorSpec([3], tf.float32)])
        def compute_mean_and_variance(x):
            mean, variance = tf.nn.moments(x, [0])
            return mean, variance


        best = tf.nest.map_structure(lambda value: value.numpy(), compute_top([1, 5, 3]))
        both = [value.numpy() for value in compute_mean_and_variance([1, 5, 3])]
        """,
    ),
    "comments and line breaks of the run": (
        """
        x = tf.placeholder(tf.float32, [2])
        y = x * 2  # twice
        sess = tf.Session()
        print("cost: {}".format(
            sess.run(y, feed_dict={x: [0, 0]}),  # nothing
        ))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([2], tf.float32)])
        def compute_y(x):
            y = x * 2  # twice
            return y


        print("cost: {}".format(
            compute_y([0, 0]).numpy(),  # nothing
        ))
        """,
    ),
    "handler of anything": (
        """
        x = tf.placeholder(tf.float32, [2])
        y = x * 2
        sess = tf.Session()
        try:
            print(sess.run(y, {x: [1., 2.]}))
        except Exception:
            print('bad')
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([2], tf.float32)])
        def compute_y(x):
            y = x * 2
            return y


        try:
            print(compute_y([1., 2.]).numpy())
        except Exception:
            print('bad')
        """,
    ),
    "fetch built with a constant name": (
        """
        x = tf.placeholder(tf.float32, [])
        scale = 3.
        sess = tf.Session()
        for i in range(2):
            print(sess.run(x * scale, {x: 1.}))
        """,
        """
        scale = 3.


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute(x):
            return x * scale


        for i in range(2):
            print(compute(1.).numpy())
        """,
    ),
    "name overwritten by its value": (
        """
        x = tf.placeholder(tf.float32, [2])
        y = x * 2
        sess = tf.Session()
        y = sess.run(y, {x: [1, 2]})
        print(y)
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([2], tf.float32)])
        def compute_y(x):
            y = x * 2
            return y


        y = compute_y([1, 2]).numpy()
        print(y)
        """,
    ),
    "lists with names": (
        """
        w = tf.Variable(1.)
        x = tf.placeholder(tf.float32, [])
        y = w * x
        up = tf.assign(w, y)
        fetches = [up.op, y, w]
        params = [w]
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(params), sess.run(params + [y], {x: 1.}))
        """,
        """
        w = tf.Variable(1.)
        params = [w]


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute(x):
            y = w * x
            return params + [y]


        print([value.numpy() for value in params], [value.numpy() for value in compute(1.)])
        """,
    ),
    "walrus": (
        """
        x = tf.placeholder(tf.float32, [])
        y = x * 2
        sess = tf.Session()
        if (l := sess.run(y, {x: 1.})) > 1: print(l)
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = x * 2
            return y


        if (l := compute_y(1.).numpy()) > 1: print(l)
        """,
    ),
    "constant fetch": (
        """
        sess = tf.Session()
        print(sess.run(tf.constant([1., 2.])))
        c = tf.constant(2.)
        print(sess.run(c * 3), c.eval(session=sess))
        """,
        """
        print(tf.constant([1., 2.]).numpy())
        c = tf.constant(2.)
        print((c * 3).numpy(), c.numpy())
        """,
    ),
    "result method": (
        """
        x = tf.placeholder(tf.float32, [2])
        y = x * 2
        sess = tf.Session()
        print(sess.run(y, {x: [1, 2]}).sum(), sess.run(y, {x: [1, 2]})[0], -sess.run(y, {x: [1, 2]}))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([2], tf.float32)])
        def compute_y(x):
            y = x * 2
            return y


        print(compute_y([1, 2]).numpy().sum(), compute_y([1, 2]).numpy()[0], -compute_y([1, 2]).numpy())
        """,
    ),
    "one session after the other": (
        """
        v = tf.Variable(10)
        add = v.assign_add(10)
        init = tf.global_variables_initializer()
        with tf.Session() as sess:
            sess.run(init)
            print(sess.run(add))
        with tf.Session() as sess:
            sess.run(init)
            print(sess.run(v))
        """,
        """
        v = tf.Variable(10)


        def initialize_variables():
            v.assign(10)


        @tf.function
        def add():
            add = v.assign_add(10)
            return add


        print(add().numpy())
        initialize_variables()
        print(v.numpy())
        """,
        "runs again",
    ),
    "partial": (
        """
        import functools
        leaky = functools.partial(tf.nn.leaky_relu, alpha=0.3)
        x = tf.placeholder(tf.float32, [3])
        sess = tf.Session()
        print(sess.run(leaky(x), {x: [1., -1., 2.]}))
        """,
        """
        import functools
        leaky = functools.partial(tf.nn.leaky_relu, alpha=0.3)


        @tf.function(input_signature=[tf.TensorSpec([3], tf.float32)])
        def compute(x):
            return leaky(x)


        print(compute([1., -1., 2.]).numpy())
        """,
    ),
    "a dict of variables": (
        """
        params = {'w': tf.Variable(1.), 'b': tf.Variable(2.)}
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        values = sess.run(params)
        """,
        """
        params = {'w': tf.Variable(1.), 'b': tf.Variable(2.)}
        values = tf.nest.map_structure(lambda value: value.numpy(), params)
        """,
    ),
    "concatenated fetches": (
        """
        x = tf.placeholder(tf.float32, [3])
        a = [x + 1., x + 2.]
        b = [x * 3.]
        sess = tf.Session()
        print(sess.run(a + b, {x: [1.5, 2.25, 4.]}))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([3], tf.float32)])
        def compute(x):
            a = [x + 1., x + 2.]
            b = [x * 3.]
            return a + b


        print([value.numpy() for value in compute([1.5, 2.25, 4.])])
        """,
    ),
}
REFUSED = {
    "fetch by name": (
        """
        x = tf.placeholder(tf.float32, [2], name='x')
        y = tf.identity(x, name='y')
        sess = tf.Session()
        sess.run('y:0', {x: [1, 2]})  # here
        """,
        "a fetch by name",
    ),
    "string and list mix": (
        """
        x = tf.placeholder(tf.float32, [2])
        y = x * 2
        sess = tf.Session()
        print(sess.run([y, 'add:0'], {x: [1, 2]}))  # here
        """,
        "a fetch by name",
    ),
    "an operation for each branch": (
        """
        import sys
        w = tf.Variable(1.)
        if len(sys.argv) > 1:
            train = tf.train.AdamOptimizer(.1).minimize(tf.square(w))
        else:
            train = tf.train.GradientDescentOptimizer(.1).minimize(tf.square(w))
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        sess.run(train)  # here
        """,
        "`train` is not one operation on all paths",
    ),
    "operations in a loop": (
        """
        w = tf.Variable(1.)
        up, down = tf.group(w.assign_add(1.)), tf.group(w.assign_sub(1.))
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        for op in [up, down]:
            sess.run(op)  # here
        """,
        "`op` is not one operation on all paths and in all rounds",
    ),
    "graph code in the call of a function that runs": (
        """
        x = tf.placeholder(tf.float32, [2])
        sess = tf.Session()
        def fetch(what):
            return sess.run(what, {x: [1, 2]})
        r = fetch(x * 2)  # here
        """,
        "give it a name before",
    ),
    "given to a function with any arguments": (
        """
        x = tf.placeholder(tf.float32, [])
        y = x * 2
        def fetch(sess, what, **rest):  # here
            return sess.run(what, {x: 1.})
        with tf.Session() as sess:
            print(fetch(sess, y))
        """,
        "has a signature that is not converted yet",
    ),
    "given different kinds": (
        """
        x = tf.placeholder(tf.float32, [])
        y = x * 2
        def fetch(sess, what):
            return sess.run(what, {x: 1.})  # here
        with tf.Session() as sess:
            print(fetch(sess, y), fetch(sess, [y, x]))
        """,
        "graph values of different kinds",
    ),
    "run options": (
        """
        x = tf.placeholder(tf.float32, [2])
        sess = tf.Session()
        sess.run(x * 2, {x: [1, 2]}, options=tf.RunOptions())  # here
        """,
        "run options or metadata",
    ),
    "the method as a value": (
        """
        x = tf.placeholder(tf.float32, [2])
        sess = tf.Session()
        run = sess.run  # here
        run(x * 2, {x: [1, 2]})
        """,
        "is used as a value; call it",
    ),
    "sessions in turn": (
        """
        v = tf.Variable(10)
        add = v.assign_add(10)
        one = tf.Session()
        two = tf.Session()
        one.run(v.initializer)
        two.run(v.initializer)  # here
        print(one.run(add), two.run(v))
        """,
        "two sessions are used in turn",
    ),
    "sessions in turn in a loop": (
        """
        v = tf.Variable(10)
        add = v.assign_add(10)
        one = tf.Session()
        two = tf.Session()
        for s in range(2):
            one.run(v.initializer)
            print(one.run(add))
            two.run(v.initializer)  # here
            print(two.run(v))
        """,
        "two sessions are used in turn",
    ),
    "handler of a wrong feed": (
        """
        x = tf.placeholder(tf.float32, [2])
        y = x * 2
        with tf.Session() as sess:
            try:
                print(sess.run(y, {x: [1.]}))
            except ValueError:  # here
                print('bad shape')
        """,
        "change their type",
    ),
    "handler of uninitialised variables": (
        """
        a = tf.Variable(1.)
        sess = tf.Session()
        try:
            sess.run(a)
        except tf.errors.FailedPreconditionError:  # here
            print('no value yet')
        """,
        "uninitialised variables don't exist",
    ),
    "fetch built with a loop variable": (
        """
        x = tf.placeholder(tf.float32, [])
        sess = tf.Session()
        for i in range(2):
            print(sess.run(x * i, {x: 1.}))  # here
        """,
        "the fetch is built with `i`",
    ),
    "loop over tensors": (
        """
        x = tf.placeholder(tf.float32, [2])
        sess = tf.Session()
        for o in [x * 1, x * 2]:  # here
            print(sess.run(o, {x: [1, 2]}))
        """,
        "exists only in the graph",
    ),
    "name overwritten in a loop": (
        """
        x = tf.placeholder(tf.float32, [2])
        y = x * 2
        sess = tf.Session()
        for _ in range(2):
            y = sess.run(y, {x: [1, 2]})  # here
        """,
        "not always after the graph code",
    ),
    "starred arguments": (
        """
        x = tf.placeholder(tf.float32, [2])
        y = x * 2
        sess = tf.Session()
        args = (y, {x: [1, 2]})
        print(sess.run(*args))  # here
        """,
        "arguments are not written out",
    ),
    "partial run": (
        """
        x = tf.placeholder(tf.float32, [2])
        y = x * 2
        sess = tf.Session()
        h = sess.partial_run_setup([y], [x])  # here
        print(sess.partial_run(h, y, {x: [1, 2]}))
        """,
        "`partial_run_setup` of a session",
    ),
    "make callable": (
        """
        x = tf.placeholder(tf.float32, [2])
        y = x * 2
        sess = tf.Session()
        f = sess.make_callable(y, [x])  # here
        print(f([1, 2]))
        """,
        "`make_callable` of a session",
    ),
    "parameter of a function in a fetch": (
        """
        x = tf.placeholder(tf.float32, [None])
        h = x * 2
        sess = tf.Session()
        def scaled(k):
            return sess.run(h * k, {x: [1.]})  # here
        print(scaled(1.), scaled(3.))
        """,
        "the fetch is built with `k`",
    ),
}


@pytest.mark.parametrize("case", CONVERTED.values(), ids=CONVERTED)
def test_converted(case: tuple[str, ...]) -> None:
    check(*case)


@pytest.mark.parametrize(("before", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(before: str, message: str) -> None:
    check_refused(before, message)
