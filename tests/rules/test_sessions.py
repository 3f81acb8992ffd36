"""Sessions and what stands around them: dissolved, dropped, or a reason to leave everything as it is."""

from __future__ import annotations

import pytest
from rewriting import check, check_refused, program, rewrite

CONVERTED: dict[str, tuple[str, ...]] = {
    "configuration is dropped": (
        """
        config = tf.ConfigProto(allow_soft_placement=True)
        config.gpu_options.allow_growth = True
        w = tf.Variable(1.)
        with tf.Session(config=config) as sess:
            sess.run(tf.global_variables_initializer())
            print(sess.run(w))
        """,
        """
        w = tf.Variable(1.)
        print(w.numpy())
        """,
    ),
    "writer of the graph": (
        """
        w = tf.Variable(1.)
        with tf.Session() as sess:
            writer = tf.summary.FileWriter('logs', sess.graph)
            sess.run(tf.global_variables_initializer())
            print(sess.run(w))
            writer.close()
        """,
        """
        w = tf.Variable(1.)
        print(w.numpy())
        """,
    ),
    "a saver that saves nothing": (
        """
        w = tf.Variable(1.)
        saver = tf.train.Saver()
        with tf.Session() as sess:
            sess.run(tf.global_variables_initializer())
            print(sess.run(w))
        """,
        """
        w = tf.Variable(1.)
        print(w.numpy())
        """,
    ),
    "bodies take the place of contexts": (
        """
        x = tf.placeholder(tf.float32, [])
        y = x * 2
        # train
        with tf.Session() as sess:
            # first
            for i in range(2):
                print(sess.run(y, {x: i}))  # value

            # last
            print('done')
            # end
        print('after')
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = x * 2
            return y


        # train
        # first
        for i in range(2):
            print(compute_y(i).numpy())  # value

        # last
        print('done')
        # end
        print('after')
        """,
    ),
    "device and name scopes": (
        """
        with tf.device('/cpu:0'):
            x = tf.placeholder(tf.float32, [])
            with tf.name_scope('double'):
                y = x * 2
        sess = tf.Session()
        print(sess.run(y, {x: 1.}))
        sess.close()
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = x * 2
            return y


        print(compute_y(1.).numpy())
        """,
    ),
    "main guard": (
        """
        x = tf.placeholder(tf.float32, [])
        y = x * 2
        if __name__ == '__main__':
            with tf.Session() as sess:
                print(sess.run(y, {x: 1.}))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = x * 2
            return y


        if __name__ == '__main__':
            print(compute_y(1.).numpy())
        """,
    ),
    "main function with flags": (
        """
        import argparse
        def main(args):
            x = tf.placeholder(tf.float32, [])
            y = x * args.scale
            with tf.Session() as sess:
                print(sess.run(y, {x: 1.}))
        if __name__ == '__main__':
            parser = argparse.ArgumentParser()
            parser.add_argument('--scale', type=float, default=2.)
            main(parser.parse_args())
        """,
        """
        import argparse
        def main(args):
            @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
            def compute_y(x):
                y = x * args.scale
                return y

            print(compute_y(1.).numpy())
        if __name__ == '__main__':
            parser = argparse.ArgumentParser()
            parser.add_argument('--scale', type=float, default=2.)
            main(parser.parse_args())
        """,
    ),
    "compat v1 attribute": (
        """
        tf.compat.v1.disable_eager_execution()
        x = tf.compat.v1.placeholder(tf.float32, [])
        sess = tf.compat.v1.Session()
        print(sess.run(tf.math.log(x), {x: 1.}))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute(x):
            return tf.math.log(x)


        print(compute(1.).numpy())
        """,
    ),
    "from imports": (
        """
        from tensorflow import placeholder, Session
        import tensorflow as T
        x = placeholder(T.float32, [])
        with Session() as s:
            print(s.run(T.log(x), {x: 1.}))
        """,
        """
        import tensorflow as T


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute(x):
            return tf.math.log(x)


        print(compute(1.).numpy())
        """,
    ),
    "random seed": (
        """
        tf.set_random_seed(1)
        x = tf.random_normal([2])
        sess = tf.Session()
        print(sess.run(x))
        """,
        """
        tf.random.set_seed(1)


        @tf.function
        def compute_x():
            x = tf.random.normal([2])
            return x


        print(compute_x().numpy())
        """,
        "without a seed of their own draw other numbers",
    ),
    "upgraded names without a session": (
        """
        def f(x):
            return tf.log(x) + tf.to_float(x)
        """,
        """
        def f(x):
            return tf.math.log(x) + tf.cast(x, tf.float32)
        """,
    ),
    "session in a try": (
        """
        x = tf.placeholder(tf.float32, [])
        y = x * 2
        try:
            sess = tf.Session()
            print(sess.run(y, {x: 1.}))
        finally:
            sess.close()
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
        def compute_y(x):
            y = x * 2
            return y


        print(compute_y(1.).numpy())
        """,
    ),
    "static shape": (
        """
        x = tf.placeholder(tf.float32, [None, 4])
        n = int(x.get_shape()[1])
        y = x * n
        sess = tf.Session()
        print(sess.run(y, {x: [[1.] * 4]}))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32)])
        def compute_y(x):
            n = int(x.get_shape()[1])
            y = x * n
            return y


        print(compute_y([[1.] * 4]).numpy())
        """,
    ),
    "shape value": (
        """
        x = tf.placeholder(tf.float32, [None, 4])
        n = x.get_shape()[1].value
        y = x * n
        sess = tf.Session()
        print(sess.run(y, {x: [[1.] * 4]}))
        """,
        """


        @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32)])
        def compute_y(x):
            n = x.get_shape()[1]
            y = x * n
            return y


        print(compute_y([[1.] * 4]).numpy())
        """,
    ),
    "py func": (
        """
        import numpy as np
        x = tf.placeholder(tf.float32, [3])
        q = tf.py_func(np.sort, [x], tf.float32)
        sess = tf.Session()
        print(sess.run(q, {x: [1, 3, 2]}))
        """,
        """
        import numpy as np


        @tf.function(input_signature=[tf.TensorSpec([3], tf.float32)])
        def compute_q(x):
            q = tf.numpy_function(np.sort, [x], tf.float32)
            return q


        print(compute_q([1, 3, 2]).numpy())
        """,
    ),
}
REFUSED = {
    "a saver that saves": (
        """
        w = tf.Variable(1.)
        saver = tf.train.Saver()
        with tf.Session() as sess:
            sess.run(tf.global_variables_initializer())
            saver.save(sess, 'model')  # here
        """,
        "a Saver is used (`save`)",
    ),
    "session used outside": (
        """
        x = tf.placeholder(tf.float32, [])
        y = x * 2
        sess = tf.Session()
        print(sess.run(y, {x: 1.}), sess.graph)  # here
        """,
        "`sess` exists only in the graph",
    ),
    "session kept in a list": (
        """
        x = tf.placeholder(tf.float32, [])
        y = x * 2
        sess = [tf.Session()]  # here
        print(sess[0].run(y, {x: 1.}))
        """,
        "`tf.Session` can't be converted",
    ),
    "session in a class": (
        """
        class Model:
            def __init__(self):
                self.x = tf.placeholder(tf.float32, [])
                self.y = self.x * 2
                self.sess = tf.Session()
            def go(self, v):
                return self.sess.run(self.y, {self.x: v})  # here
        print(Model().go(1.))
        """,
        "sessions run by a class (`Model`)",
    ),
    "iterators": (
        """
        data = tf.data.Dataset.from_tensor_slices([1., 2.]).make_one_shot_iterator().get_next()  # here
        sess = tf.Session()
        print(sess.run(data * 2))
        """,
        "dataset iterators",
    ),
    "layers": (
        """
        x = tf.placeholder(tf.float32, [None, 2])
        y = tf.layers.batch_normalization(x)  # here
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(y, {x: [[1., 2.]]}))
        """,
        "layers are not converted yet",
    ),
    "variables and graph in a helper": (
        """
        def fc(x, n, name):
            with tf.variable_scope(name):
                for i in range(1):
                    w = tf.get_variable("w", [2, n])
                    x = tf.matmul(x, w)
                return x
        x = tf.placeholder(tf.float32, [None, 2])
        y = fc(x, 3, 'fc')  # here
        sess = tf.Session()
        sess.run(tf.global_variables_initializer())
        print(sess.run(y, {x: [[1., 2.]]}))
        """,
        "a helper makes",
    ),
    "star import": (
        """
        from tensorflow import *  # here
        x = placeholder(float32, [])
        with Session() as s:
            print(s.run(x * 2, {x: 1.}))
        """,
        "hides which names are TensorFlow's",
    ),
    "graph code without a session": (
        """
        x = tf.placeholder(tf.float32, [])  # here
        y = tf.log(x)
        """,
        "graph is built here and run elsewhere",
    ),
    "coordinator": (
        """
        coord = tf.train.Coordinator()  # here
        w = tf.Variable(1.)
        sess = tf.Session()
        threads = tf.train.start_queue_runners(sess=sess, coord=coord)
        sess.run(tf.global_variables_initializer())
        print(sess.run(w))
        """,
        "coordinators are not converted",
    ),
    "monitored": (
        """
        w = tf.Variable(1.)
        with tf.train.MonitoredSession() as sess:  # here
            print(sess.run(w))
        """,
        "monitored sessions",
    ),
    "supervisor": (
        """
        w = tf.Variable(1.)
        sv = tf.train.Supervisor()  # here
        with sv.managed_session() as sess:
            print(sess.run(w))
        """,
        "supervised sessions",
    ),
    "one of two sessions": (
        """
        import sys
        x = tf.placeholder(tf.float32, [])
        y = x * 2
        if len(sys.argv) > 4:
            sess = tf.Session()
        else:
            sess = tf.InteractiveSession()
        print(sess.run(y, {x: 1.}))  # here
        """,
        "a session that comes from elsewhere",
    ),
}


@pytest.mark.parametrize("case", CONVERTED.values(), ids=CONVERTED)
def test_converted(case: tuple[str, ...]) -> None:
    check(*case)


@pytest.mark.parametrize(("before", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(before: str, message: str) -> None:
    check_refused(before, message)


OPTIONS = """
gpu = tf.GPUOptions(per_process_gpu_memory_fraction=.3, allow_growth=False)
config = tf.ConfigProto(gpu_options=gpu, allow_soft_placement=True, device_count={'GPU': 0}, isolate_session_state=True)
config.gpu_options.allow_growth = True
w = tf.Variable(1.)
with tf.Session(config=config) as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(w))
"""


def test_every_option_that_is_dropped_is_named() -> None:
    result = rewrite(program(OPTIONS))
    assert result.changed and "config" not in result.source
    found = [(d.line, d.severity.value, d.message.split("`")[1]) for d in result.diagnostics]
    assert found == [
        (2, "info", "per_process_gpu_memory_fraction"),
        (3, "info", "device_count"),
        (3, "info", "isolate_session_state"),
        (4, "info", "allow_growth"),
    ]


def test_a_configuration_from_elsewhere_is_dropped_with_a_word() -> None:
    text = "import settings\nw = tf.Variable(1.)\nsess = tf.Session(config=settings.config)\nprint(sess.run(w))\n"
    result = rewrite(program(text))
    assert [d.message for d in result.diagnostics] == [
        "the session's configuration is dropped; tf.config has its settings"
    ]
