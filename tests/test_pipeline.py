"""One project: which modules change, which stay, what is said, what is created."""

from __future__ import annotations

import pytest
from rewriting import HEAD

from migrator.model import ProjectResult, Severity, SiteKind
from migrator.pipeline import RULES, rewrite_sources

SCRIPT = HEAD + "x = tf.placeholder(tf.float32, [])\nsess = tf.Session()\nprint(sess.run(tf.log(x), {x: 1.}))\n"
UNFED = HEAD + "x = tf.placeholder(tf.float32, [])\nsess = tf.Session()\nprint(sess.run(x))\n"
LIB = HEAD + "def double(t):\n    return tf.log(t) * 2\n"
USER = SCRIPT.replace("sess =", "from lib import double\ny = double(x)\nsess =").replace("tf.log(x)", "y")
BY_NAME = "sess.run('x:0')\n"  # no run by name is converted
NATIVE = """\
import tensorflow as tf
w = tf.Variable(1.)
optimizer = tf.keras.optimizers.SGD(.1)

@tf.function
def step(x):
    with tf.GradientTape() as tape:
        loss = (w * x) ** 2
    optimizer.apply_gradients([(tape.gradient(loss, w), w)])
    average = tf.reduce_mean(loss)
    print(average)
    return average

class Model(tf.keras.Model):
    def call(self, inputs):
        return tf.nn.relu(inputs) if self.built else inputs

if step(tf.ones([])) > 0 and w.assign_add(1.).numpy() == 2:
    print([v.name for v in optimizer.variables], tf.random.normal([2], seed=1))
"""


def changed(result: ProjectResult) -> set[str]:
    return {path for path, found in result.files.items() if found.changed}


def messages(result: ProjectResult, path: str) -> str:
    return "\n".join(d.message for d in result.files[path].diagnostics)


def test_the_result_tells_what_became_of_every_site() -> None:
    text = HEAD + "w = tf.Variable(1.)\nx = tf.placeholder(tf.float32, [])\ny = w * x\nwith tf.Session() as sess:\n"
    text += "    sess.run(tf.global_variables_initializer())\n    print(sess.run([y, w], {x: 1.}), sess.run(w))\n"
    result = rewrite_sources({"a/p.py": text}).files["a/p.py"]
    (session,) = result.sessions
    assert (session.line, session.converted, session.reason, session.filename) == (5, True, None, "a/p.py")
    assert [site.kind for site in session.sites] == [SiteKind.INIT, SiteKind.STEP, SiteKind.READ]
    init, step, read = session.sites
    assert (step.id, step.fetches, step.kept, step.feeds) == ("a/p.py:7:10", ("y", "w"), (0, 1), ("x",))
    assert step.function is not None and f"def {step.function}(x):" in str(result.source)
    lines = str(result.source).splitlines()
    assert step.after is not None and read.after is not None and init.after is None
    assert step.function in lines[step.after.line - 1][step.after.column : step.after.end_column]
    assert lines[read.after.line - 1][read.after.column : read.after.end_column] == "w.numpy()"


def test_a_refused_session_names_its_reason() -> None:
    result = rewrite_sources({"p.py": UNFED}).files["p.py"]
    (session,), (found,) = result.sessions, result.diagnostics
    assert not session.converted and session.sites[0].kind is SiteKind.REFUSED
    assert session.reason is not None and session.reason in found.message
    assert (found.line, found.column, found.severity, found.filename) == (4, 7, Severity.MANUAL, "p.py")


def test_derived_writes_are_listed_with_their_new_places() -> None:
    text = HEAD + "v = tf.Variable([[1., 2.]])\nsess = tf.Session()\nsess.run(tf.global_variables_initializer())\n"
    text += "sess.run(tf.assign(tf.transpose(v), [[3.], [4.]]))\n"
    result = rewrite_sources({"p.py": text}).files["p.py"]
    (write,) = result.writes
    assert write.variables == ("v",) and (write.site.line, write.site.column) == (5, 9)
    assert write.after is not None
    assert str(result.source).splitlines()[write.after.line - 1].startswith("v.assign(", write.after.column)


# -- comments and choices
def test_a_file_can_be_skipped() -> None:
    assert changed(rewrite_sources({"p.py": "# migrator: skip-file\n" + SCRIPT, "q.py": SCRIPT})) == {"q.py"}
    assert not changed(rewrite_sources({"p.py": SCRIPT + "  # migrator: skip-file  (generated)\n"}))
    assert changed(rewrite_sources({"p.py": SCRIPT + "print('# migrator: skip-file')\n"})) == {"p.py"}


@pytest.mark.parametrize(
    ("comment", "silent"),
    [
        ("# migrator: ignore", True),
        ("# migrator: ignore[MIG203]", True),
        ("# why  # migrator:ignore[MIG201, MIG203]", True),
        ("# migrator: ignore[MIG201]", False),
        ("# ignore", False),
    ],
)
def test_a_line_can_be_silenced(comment: str, silent: bool) -> None:
    result = rewrite_sources({"p.py": UNFED.replace("run(x))", f"run(x))  {comment}")}).files["p.py"]
    assert (result.diagnostics == ()) is silent
    assert not result.changed and not result.sessions[0].converted


def test_codes_are_selected_and_ignored_by_their_beginnings() -> None:
    def codes(**options: list[str]) -> list[str]:
        return [d.code for d in rewrite_sources({"p.py": UNFED, "q.py": HEAD + "def f(:\n"}, **options).diagnostics]

    assert codes() == codes(select=["MIG2"]) == codes(ignore=["MIG202", "MIG3"]) == ["MIG203", "MIG001"]
    assert codes(select=["MIG1"]) == codes(ignore=["MIG2"]) == codes(ignore=["MIG"]) == ["MIG001"]  # errors stay


def test_the_choice_of_optimizers() -> None:
    text = HEAD + "w = tf.Variable(1.)\ntrain = tf.train.GradientDescentOptimizer(.1).minimize(w * w)\n"
    text += "sess = tf.Session()\nsess.run(tf.global_variables_initializer())\nsess.run(train)\n"
    keras = str(rewrite_sources({"p.py": text}).files["p.py"].source)
    exact = str(rewrite_sources({"p.py": text}, optimizers="exact").files["p.py"].source)
    assert "tf.keras.optimizers.SGD(.1)" in keras and "class" not in keras
    assert "tf.raw_ops.ResourceApplyGradientDescent(" in exact and "keras" not in exact.replace("Keras", "")


# -- texts
@pytest.mark.parametrize(
    "text", ["", "\n", "import os\n", "# tensorflow\n", HEAD, NATIVE, NATIVE.replace("\n", "\r\n")]
)
def test_what_holds_no_tensorflow_1_stays_without_a_word(text: str) -> None:
    result = rewrite_sources({"p.py": text}).files["p.py"]
    assert (result.source, result.changed, result.diagnostics, result.sessions) == (text, False, (), ())


def test_newlines_are_kept() -> None:
    plain = str(rewrite_sources({"p.py": SCRIPT}).files["p.py"].source)
    assert rewrite_sources({"p.py": SCRIPT.replace("\n", "\r\n")}).files["p.py"].source == plain.replace("\n", "\r\n")
    assert rewrite_sources({"p.py": SCRIPT.removesuffix("\n")}).files["p.py"].source == plain.removesuffix("\n")


def test_only_what_must_change_changes() -> None:
    ugly = "y=dict( a = 1,\n  b=2 ) ;z  = 3\t# odd\n\n\n\nclass A : pass\nif z :\n      print( y )\n"
    text = str(rewrite_sources({"p.py": SCRIPT.replace("sess =", ugly + "sess =")}).files["p.py"].source)
    assert ugly in text and "tf.Session" not in text


def test_a_syntax_error_stops_its_file_only() -> None:
    result = rewrite_sources({"p.py": "import tensorflow\ndef f(:\n", "q.py": SCRIPT})
    assert changed(result) == {"q.py"}
    (found,) = result.files["p.py"].diagnostics
    assert (found.code, found.severity, found.line, found.column) == ("MIG001", Severity.ERROR, 2, 7)


def test_what_is_nested_too_deeply_stops_its_file_only() -> None:
    deep = SCRIPT.replace("tf.log(x)", " + ".join(["x"] * 3000))
    result = rewrite_sources({"p.py": deep, "q.py": SCRIPT})
    assert changed(result) == {"q.py"} and result.files["p.py"].source == deep
    assert [d.severity for d in result.files["p.py"].diagnostics] in ([Severity.MANUAL], [Severity.ERROR])


def test_long_programs_are_followed() -> None:
    chain = "".join(f"h{i + 1} = h{i} + 1\n" for i in range(1200))
    text = HEAD + f"h0 = tf.placeholder(tf.float32, [])\n{chain}sess = tf.Session()\n"
    result = rewrite_sources({"p.py": text + "print(sess.run(h1200, {h0: 1.}))\n"}).files["p.py"]
    assert result.changed and "    h1200 = h1199 + 1\n    return h1200\n" in str(result.source)


@pytest.mark.parametrize(
    "statement",
    [
        "from tensorflow.examples.tutorials.mnist import input_data",
        "import tensorflow.examples.tutorials.mnist.input_data as input_data",
    ],
)
def test_files_that_the_new_text_needs_are_given_too(statement: str) -> None:
    text = f"{HEAD}{statement}\ndata = input_data.read_data_sets('d')\n"
    result = rewrite_sources({"a/p.py": text}).files["a/p.py"]
    assert result.source == HEAD + "import input_data\ndata = input_data.read_data_sets('d')\n"
    assert list(result.created) == ["input_data.py"] and "def read_data_sets(" in result.created["input_data.py"]
    again = rewrite_sources({"a/p.py": str(result.source), "a/input_data.py": result.created["input_data.py"]})
    assert not changed(again) and not again.diagnostics


@pytest.mark.parametrize(
    "start",
    [
        "import tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()\n",
        "from tensorflow.compat import v1 as tf\ntf.disable_eager_execution()\n",
        "import tensorflow as tf\ntf.compat.v1.disable_v2_behavior()\n",
    ],
)
def test_tensorflow_1_inside_tensorflow_2(start: str) -> None:
    plain = rewrite_sources({"p.py": SCRIPT}).files["p.py"]
    result = rewrite_sources({"p.py": SCRIPT.replace(HEAD, start)}).files["p.py"]
    assert result.source == plain.source and result.diagnostics == ()


# -- several modules
@pytest.mark.parametrize(
    ("path", "statement", "call"),
    [
        ("lib.py", "from lib import double", "double"),
        ("lib.py", "import lib as L", "L.double"),
        ("pkg/lib.py", "from pkg.lib import double as twice", "twice"),
        ("pkg/lib.py", "from pkg import lib", "lib.double"),
    ],
)
def test_helpers_of_other_modules_are_followed(path: str, statement: str, call: str) -> None:
    user = USER.replace("from lib import double", statement).replace("double(x)", f"{call}(x)")
    files = {"p.py": user, "pkg/__init__.py": "", path: LIB}
    result = rewrite_sources(files)
    assert changed(result) == {"p.py", path} and not result.diagnostics
    assert f"    y = {call}(x)\n" in str(result.files["p.py"].source)
    assert result.files[path].source == LIB.replace("tf.log", "tf.math.log")
    reverse = rewrite_sources(dict(reversed(files.items())))
    assert all(reverse.files[name].source == found.source for name, found in result.files.items())


def test_relative_imports_and_names_re_exported() -> None:
    files = {"pkg/__init__.py": "from .lib import double\n", "pkg/lib.py": LIB}
    inside = USER.replace("from lib", "from .lib")
    assert changed(rewrite_sources({**files, "pkg/p.py": inside})) == {"pkg/p.py", "pkg/lib.py"}
    outside = USER.replace("from lib", "from pkg")
    assert changed(rewrite_sources({**files, "p.py": outside})) == {"p.py", "pkg/lib.py"}


def test_modules_that_import_each_other() -> None:
    assert changed(rewrite_sources({"p.py": USER, "lib.py": "import p\n" + LIB})) == {"p.py", "lib.py"}


def test_what_shares_graph_code_is_refused_together() -> None:
    files = {"p.py": USER + BY_NAME, "q.py": USER, "lib.py": LIB, "alone.py": SCRIPT}
    result = rewrite_sources(files)
    assert changed(result) == {"alone.py"}
    assert "a fetch by name" in messages(result, "p.py")
    assert "shares graph code with p.py" in messages(result, "lib.py")
    assert "shares graph code with lib.py" in messages(result, "q.py")


def test_a_refused_helper_module_refuses_its_users() -> None:
    result = rewrite_sources({"p.py": USER, "lib.py": LIB + "sess = tf.Session()\n" + BY_NAME})
    assert not changed(result) and "shares graph code with lib.py" in messages(result, "p.py")


def test_files_outside_the_given_paths_are_read_only() -> None:
    result = rewrite_sources({"p.py": USER, "lib.py": LIB}, writable=["p.py"])
    assert list(result.files) == ["p.py"] and not changed(result) and "lib.py" in messages(result, "p.py")
    native = LIB.replace("tf.log", "tf.exp")
    assert changed(rewrite_sources({"p.py": USER, "lib.py": native}, writable=["p.py"])) == {"p.py"}
    assert changed(rewrite_sources({"p.py": SCRIPT, "lib.py": LIB}, writable=["p.py"])) == {"p.py"}


@pytest.mark.parametrize("lib", [None, "def double(:\n"])
def test_a_module_that_cannot_be_read_is_unknown(lib: str | None) -> None:
    files = {"p.py": USER} if lib is None else {"p.py": USER, "lib.py": lib}
    result = rewrite_sources(files)
    assert not changed(result)
    assert [d.severity for d in result.files["p.py"].diagnostics] == [Severity.MANUAL]


def test_graph_made_in_another_module_is_refused() -> None:
    user = HEAD + "from lib import x, y\nsess = tf.Session()\nprint(sess.run(y, {x: 1.}))\n"
    result = rewrite_sources({"p.py": user, "lib.py": HEAD + "x = tf.placeholder(tf.float32, [])\ny = x * 2\n"})
    assert not changed(result)
    assert "imported from another module (`x`)" in messages(result, "p.py")


def test_helpers_of_another_module_may_make_variables() -> None:
    lib = HEAD + "def weight(shape):\n    return tf.Variable(tf.truncated_normal(shape))\n"
    user = HEAD + "import lib\nw = lib.weight([2])\nsess = tf.Session()\nsess.run(tf.global_variables_initializer())\n"
    result = rewrite_sources({"p.py": user + "print(sess.run(w))\n", "lib.py": lib})
    assert result.files["p.py"].source == HEAD + "import lib\nw = lib.weight([2])\nprint(w.numpy())\n"
    assert result.files["lib.py"].source == lib.replace("tf.trunc", "tf.random.trunc")


def test_every_rule_is_listed_once_and_explained() -> None:
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes)) and {"MIG001", "MIG201", "MIG203"} <= set(codes)
    assert all(rule.summary.endswith(".") and rule.explanation and rule.name for rule in RULES)


def test_a_fault_of_the_analysis_refuses_the_module_only() -> None:
    odd = "import tensorflow as tf\nx = tf.placeholder(tf.float32, [])\n"
    odd += "e = (x + 1).eval\nsess = tf.Session()\nprint(e())\n"
    results = rewrite_sources({"odd.py": odd, "fine.py": "import tensorflow as tf\nprint(tf.log(1.0))\n"}).files
    assert not results["odd.py"].changed and results["odd.py"].diagnostics[0].severity == "manual"
    assert "tf.math.log" in str(results["fine.py"].source)


def test_calls_that_are_not_followed_refuse_the_file() -> None:
    depth = 16
    chain = "".join(f"def f{n}():\n    return f{n + 1}()\n\n\n" for n in range(depth))
    text = (
        f"import tensorflow as tf\n\n\n{chain}def f{depth}():\n    return tf.Variable(1.0)\n\n\n"
        "v = f0()\nwith tf.Session() as sess:\n    sess.run(tf.global_variables_initializer())\n"
        "    print(sess.run(v))\n"
    )
    found = rewrite_sources({"a.py": text}).files["a.py"]
    assert not found.changed
    assert any("nested too deeply to be followed" in d.message for d in found.diagnostics)
