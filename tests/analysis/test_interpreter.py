"""What the interpreter knows about values, names and sites after a walk."""

from __future__ import annotations

import ast

import pytest
from walking import Walked

from migrator.analysis.values import (
    UNKNOWN,
    Dep,
    Effect,
    Func,
    Map,
    Node,
    Opt,
    Py,
    Seq,
    Sess,
    Sym,
    Top,
    Var,
    in_graph,
    leaves,
)

GRAPH = """\
x = tf.placeholder(tf.float32, [None, 3], name='x')
w = tf.Variable(tf.zeros([3, 2]), name='w')
y = tf.matmul(x, w)
"""


@pytest.mark.parametrize(
    ("expression", "const"),
    [
        ("3 * 4 + 1", 13),
        ("'a' + 'b'", "ab"),
        ("[1, 2][1]", 2),
        ("{'a': 5}['a']", 5),
        ("(1, 2, 3)[-1]", 3),
        ("not 1", False),
        ("-2", -2),
        ("len([1, 2])", 2),
        ("open('f')", UNKNOWN),
        ("unknown", UNKNOWN),
        ("1 / 0", UNKNOWN),
        ("[][1]", UNKNOWN),
        ("'a' + 1", UNKNOWN),
        ("2 ** 10 ** 10", UNKNOWN),
    ],
)
def test_python_values(expression: str, const: object) -> None:
    value = Walked(f"found = {expression}\n").value("found")
    assert isinstance(value, Py) and value.const == const


@pytest.mark.parametrize(
    "spelling",
    [
        "import tensorflow as t\nfound = t.log",
        "from tensorflow import log as found",
        "import tensorflow.compat.v1 as t\nfound = t.log",
        "from tensorflow.compat import v1\nfound = v1.log",
        "m = tf\nfound = m.log",
        "found = tf.compat.v1.log",
        "found = tf.math.log",
    ],
)
def test_names_of_tensorflow_are_resolved(spelling: str) -> None:
    walked = Walked(f"{spelling}\nprint(found)\n")
    value = walked.value("found")
    assert isinstance(value, Sym) and value.name in ("tensorflow.log", "tensorflow.math.log")


def test_a_name_that_is_bound_otherwise_is_not_tensorflow() -> None:
    value = Walked("tf = open('x')\nfound = tf.log\nfound\n").value("found")
    assert not isinstance(value, Sym)


def test_tensors_variables_and_what_they_depend_on() -> None:
    walked = Walked(GRAPH + "c = tf.constant(1.) * 2\nr = tf.random_normal([2])\ns = y + r\n")
    x, w, y = (walked.value(name) for name in "xwy")
    assert isinstance(x, Node) and (x.op, x.dtype, x.shape) == ("placeholder", "float32", (None, 3))
    assert isinstance(w, Var) and (w.name, w.trainable, w.shape, w.path) == ("w", True, (3, 2), "w")
    assert isinstance(y, Node) and y.deps == Dep.PLACEHOLDER | Dep.VARIABLE and not y.constant
    assert {v for v in y.ancestors() if v is not y} == {x, w}
    c, s = walked.value("c"), walked.value("s")
    assert isinstance(c, Node) and c.constant and isinstance(s, Node) and Dep.RANDOM in s.deps
    assert in_graph(s) and not in_graph(c) and not in_graph(w)


def test_a_constant_that_is_fed_is_none() -> None:
    walked = Walked("c = tf.constant(1.)\ny = c * 2\nsess = tf.Session()\nsess.run(y, {c: 5.})\n")
    y = walked.value("y")
    assert isinstance(y, Node) and not y.constant


def test_effects_and_what_they_write() -> None:
    walked = Walked(
        GRAPH + "step = tf.Variable(0, trainable=False)\nloss = tf.reduce_sum(y)\nopt = tf.train.AdamOptimizer(.1)\n"
        "train = opt.minimize(loss, global_step=step)\nup = tf.assign(w, w * 2)\nboth = tf.group(train, up)\n"
    )
    train, up, w = walked.value("train"), walked.value("up"), walked.value("w")
    opt = walked.value("opt")
    assert (
        isinstance(opt, Opt) and opt.symbol == "tensorflow.train.AdamOptimizer" and set(opt.args) == {"learning_rate"}
    )
    assert isinstance(train, Effect) and set(train.writes) == {w, walked.value("step")} and train.kind == "minimize"
    assert isinstance(up, Effect) and up.writes == (w,) and up.kind == "assign"
    both = walked.value("both")
    assert isinstance(both, Effect) and {train, up} <= set(both.ancestors())


def test_names_of_variables_are_those_of_tensorflow_1() -> None:
    walked = Walked("""
        with tf.variable_scope('a'):
            v = tf.get_variable('v', [1])
            with tf.name_scope('n'):
                u = tf.Variable(1., name='u')
                t = tf.get_variable('t', [1])
        p = tf.Variable(1.)
        q = tf.Variable(1.)
        """)
    names = {n: walked.value(n) for n in "vutpq"}
    assert {n: v.name for n, v in names.items() if isinstance(v, Var)} == {
        "v": "a/v", "u": "a/n/u", "t": "a/t", "p": "Variable", "q": "Variable_1"
    }  # fmt: skip


def test_containers_and_loops_over_them() -> None:
    walked = Walked("ws = [tf.Variable(float(i)) for i in range(2)]\nd = {'a': ws[0], 'b': 1}\nfor v in ws:\n    v\n")
    ws, d = walked.value("ws"), walked.value("d")
    assert isinstance(ws, Seq) and ws.items is not None and len(ws.items) == 2
    assert isinstance(d, Map) and d.items is not None and d.items["a"] is ws.items[0]
    assert all(isinstance(v, Var) and v.loop for v in leaves(ws))


def test_branches_are_joined() -> None:
    walked = Walked("import sys\nif sys.argv:\n    a = 1\n    b = 1\nelse:\n    a = 2\n    b = 1\nprint(a, b)\n")
    a, b = walked.value("a"), walked.value("b")
    assert isinstance(a, Py) and a.const is UNKNOWN and isinstance(b, Py) and b.const == 1


def uses(walked: Walked, name: str) -> list[set[int]]:
    """Return the lines of the definitions that reach each read of a name, in program order."""
    found = [n for n in walked.facts.uses if n.id == name and isinstance(n.ctx, ast.Load)]
    found.sort(key=lambda n: (n.lineno, n.col_offset))
    return [{d.stmt.lineno for d in walked.facts.uses[n] if d.stmt is not None} for n in found]


def test_definitions_that_reach_a_name() -> None:
    walked = Walked("a = 1\nprint(a)\na = 2\nprint(a)\nimport sys\nif sys.argv:\n    a = 3\nprint(a)\n")
    assert uses(walked, "a") == [{2}, {4}, {4, 8}]  # the first line is the import


def test_changes_in_place_leave_the_definition_alive() -> None:
    walked = Walked("a = [1]\na[0] = 2\na.append(3)\nprint(a)\n")
    assert {2, 3} <= uses(walked, "a")[-1]


def test_a_loop_brings_later_definitions_back() -> None:
    assert uses(Walked("a = 0\nfor i in range(3):\n    print(a)\n    a = i\n"), "a")[0] == {2, 5}


def test_globals_of_functions() -> None:
    walked = Walked("n = 1\ndef f():\n    global n\n    n = 2\ndef g(n):\n    return n\nf()\nprint(n, g(3))\n")
    assert 5 in uses(walked, "n")[-1]
    assert not uses(walked, "n")[0]  # the parameter


SITES = """\
x = tf.placeholder(tf.float32, [])
y = x * 2
sess = tf.InteractiveSession()
def again():
    return sess.run(y, {x: 3.})
again()
again()
print(y.eval({x: 1.}), sess.run([y], feed_dict={x: 2.}))
tf.global_variables_initializer().run()
"""


def test_sites() -> None:
    walked = Walked(SITES)
    found = sorted(walked.facts.sites.values(), key=lambda s: s.call.lineno * 100 + s.call.col_offset)
    methods = [(s.method, s.call.lineno) for s in found]
    assert methods == [("run", 6), ("eval", 9), ("run", 9), ("op_run", 10)]
    assert walked.facts.calls_of[walked.module.tree.body[4]] == 2
    assert [s.order for s in found] == [0, 1, 2, 3]
    assert all(isinstance(s.session, Sess) for s in found) and len({s.session for s in found}) == 1
    feeds = [walked.module.source.segment(s.feed) for s in found if s.feed is not None]
    assert feeds == ["{x: 3.}", "{x: 1.}", "{x: 2.}"]


@pytest.mark.parametrize(
    ("code", "part"),
    [
        ("def f():\n    t = tf.placeholder(tf.float32)\n", "no run of the project reaches"),
        ("run = tf.Session().run", "is used as a value"),
        ("open('f').write(y)", "is used outside of a run"),
        ("tf.train.AdamOptimizer(.1).minimize(3)", "the loss is not a tensor"),
    ],
)
def test_troubles(code: str, part: str) -> None:
    walked = Walked(f"{GRAPH}{code}\n")
    assert [t for t in walked.facts.troubles if part in t.message and t.module is walked.module]


@pytest.mark.parametrize(
    "code",
    [
        "print(w.name, len([x, y]), type(y))",
        "assert y is not None and isinstance(w, tf.Variable)",
        "z = y if True else None",
        "def f(t):\n    return tf.log(t)\n",
        "[y][0] is y",
        "print('x')",
    ],
)
def test_no_trouble(code: str) -> None:
    assert not Walked(f"{GRAPH}{code}\n").facts.troubles


def test_helpers_are_walked_with_their_arguments() -> None:
    walked = Walked("def f(t, n=2):\n    return t * n\nx = tf.placeholder(tf.float32)\ny = f(x)\nz = f(3, n=4)\n")
    y, z = walked.value("y"), walked.value("z")
    assert isinstance(y, Node) and walked.value("x") in set(y.ancestors())
    assert isinstance(z, Py) and z.const == 12
    assert walked.facts.calls_of and isinstance(walked.value("f"), Func)


def test_recursion_ends() -> None:
    walked = Walked(
        "def f(t, n):\n    return t if n == 0 else t * f(t, n - 1)\nx = tf.placeholder(tf.float32)\ny = f(x, 2)\n"
    )
    assert isinstance(walked.value("y"), (Node, Top))
