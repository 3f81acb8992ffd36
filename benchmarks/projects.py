"""How the cost of `migrator rewrite` grows with the number of modules in a project.

    python benchmarks/projects.py [--sizes 10 100 1000] [--repeat 3]

Half of the modules are helpers that build graph, in chains of ten that import each other; half are scripts that run a
session each. CPU seconds of one process, the best of several rounds; then the cost of a module as a multiple of what it
costs in the smallest project: near 1 where the cost is linear.
"""

from __future__ import annotations

import argparse
import time

from migrator.pipeline import rewrite_sources

CHAIN = 10
HELPER = """\
import tensorflow as tf
{imports}

def layer_{n}(x, w):
    scale = {n} * 0.01
    return tf.nn.relu(tf.matmul(x, w)) * scale{chained}


def describe_{n}(values):
    total = 0.0
    for value in values:
        total += value
    return "module {n}: %f" % total
"""
SCRIPT = """\
import numpy as np
import tensorflow as tf

from helper_{n} import describe_{n}, layer_{n}

x = tf.placeholder(tf.float32, [None, 4])
w = tf.Variable(tf.ones([4, 4]))
loss = tf.reduce_mean(tf.square(layer_{n}(x, w)))
train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(3):
        _, value = sess.run([train, loss], {{x: np.ones((2, 4))}})
        print(describe_{n}([value]))
"""


def project(modules: int) -> dict[str, str]:
    """Return the texts of a project of so many modules, by path."""
    files = {}
    for n in range(modules // 2):
        imports = f"\nfrom helper_{n - 1} import layer_{n - 1}\n" if n % CHAIN else ""
        chained = f" + layer_{n - 1}(x, w)" if n % CHAIN else ""
        files[f"helper_{n}.py"] = HELPER.format(n=n, imports=imports, chained=chained)
        files[f"script_{n}.py"] = SCRIPT.format(n=n)
    return files


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1000], help="numbers of modules")
    parser.add_argument("--repeat", type=int, default=3, help="rounds; the best counts")
    arguments = parser.parse_args()
    first = None
    for size in arguments.sizes:
        files = project(size)
        seconds = []
        for _ in range(arguments.repeat):
            start = time.process_time()
            result = rewrite_sources(files)
            seconds.append(time.process_time() - start)
        each = min(seconds) / size
        first = first or each
        changed = sum(found.changed for found in result.files.values())
        print(
            f"{size:6} modules{min(seconds):8.2f} s{each * 1e3:8.2f} ms/module{each / first:6.2f} x  {changed} changed"
        )


if __name__ == "__main__":
    main()
