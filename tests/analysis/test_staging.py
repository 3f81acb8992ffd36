"""When each statement has its value, and what belongs together."""

from __future__ import annotations

import ast

import pytest
from walking import Walked

PROGRAM = """\
import numpy as np
rate = .1
x = tf.placeholder(tf.float32, [2])
w = tf.Variable(tf.zeros([2]))
c = tf.constant([1., 2.])
start = tf.random_normal([2])
v = tf.Variable(start)
y = x * w + c
parts = [y, x]
opt = tf.train.GradientDescentOptimizer(rate)
train = opt.minimize(tf.reduce_sum(y))
for i in range(2):
    y = y * i
if rate > 1:
    print(rate)
init = tf.global_variables_initializer()
config = tf.ConfigProto()
config.gpu_options.allow_growth = True
sess = tf.Session(config=config)
sess.run(init)
result = sess.run(y, {x: np.ones(2)})
sess.close()
print(result)
"""
STAGES = {
    "import numpy": "python",
    "rate = .1": "python",
    "x = ": "graph",
    "w = ": "once",
    "c = ": "python",
    "start = ": "once",  # it only serves as a start value
    "v = ": "once",
    "y = x": "graph",
    "parts": "graph",
    "opt": "once",
    "train": "graph",
    "for i": "graph",
    "if rate": "python",
    "init": "drop",
    "config = ": "drop",
    "config.gpu": "drop",
    "sess = ": "drop",
    "sess.run": "site",
    "result": "site",
    "sess.close": "drop",
    "print(result)": "python",
}


@pytest.mark.parametrize(("first_line", "stage"), STAGES.items())
def test_stages(first_line: str, stage: str) -> None:
    assert Walked(PROGRAM).stage(first_line) == stage


def test_sessions_graphs_and_scopes_are_transparent() -> None:
    walked = Walked("""
        with tf.Graph().as_default(), tf.name_scope('n'):
            with tf.Session() as sess:
                print(sess.run(tf.constant(1)))
        with open('f') as f:
            print(f)
        """)
    unit = walked.unit()
    lines = sorted(stmt.lineno for stmt in unit.transparent)
    assert lines == [3, 4]
    (site,) = unit.sites
    atom = unit.atom(site.call)
    assert atom is not None and atom.block == () and len(atom.contexts) == 3


def test_blocks_tell_where_an_atom_stands() -> None:
    walked = Walked("""
        x = tf.placeholder(tf.float32)
        sess = tf.Session()
        def predict(value):
            for v in value:
                if v > 0:
                    print(v)
                else:
                    print(sess.run(x, {x: v}))
        predict([1])
        """)
    unit = walked.unit()
    (site,) = unit.sites
    atom = unit.atom(site.call)
    assert atom is not None
    assert [(type(stmt), part) for stmt, part in atom.block] == [
        (ast.FunctionDef, "body"), (ast.For, "body"), (ast.If, "orelse")
    ]  # fmt: skip
    assert atom.function is atom.block[0][0]
    assert unit.loops_around(site.call) == (atom.block[1][0],)


def test_orders_are_those_of_the_text() -> None:
    unit = Walked(PROGRAM).unit()
    assert [a.order for a in unit.atoms] == list(range(len(unit.atoms)))
    lines = [a.stmt.lineno for a in unit.atoms]
    assert lines == sorted(lines)


def test_state_in_a_loop_of_graph_code_is_noted() -> None:
    walked = Walked("x = tf.placeholder(tf.float32)\nfor n in range(2):\n    w = tf.Variable(1.)\n    x = x * w\n")
    (loop,) = [a for a in walked.unit().atoms if isinstance(a.stmt, ast.For)]
    assert loop.mixed is not None and "`w = tf.Variable(1.)`" in loop.mixed


def test_the_main_guard_keeps_its_place() -> None:
    walked = Walked("if __name__ == '__main__':\n    x = tf.placeholder(tf.float32)\n    y = x * 2\n")
    assert [a.stage.value for a in walked.unit().atoms] == ["python", "python", "graph", "graph"]


def test_functions_without_sites_are_one_atom() -> None:
    walked = Walked("def net(t):\n    u = tf.log(t)\n    return u\nx = tf.placeholder(tf.float32)\ny = net(x)\n")
    unit = walked.unit()
    assert [a.stmt.lineno for a in unit.atoms] == [1, 2, 5, 6]
    inner = unit.atom(walked.node("tf.log(t)"))
    assert inner is not None and isinstance(inner.stmt, ast.FunctionDef)
