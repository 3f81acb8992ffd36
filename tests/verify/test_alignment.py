"""Runs are told apart wherever they stand: on one line, in comprehensions, functions, modules, threads, libraries."""

from __future__ import annotations

from pathlib import Path

from migrator.verify import Evidence, Verdict, VerifyOptions, render_text, verify, verify_self
from migrator.verify.launch import Runner

from .support import write_pair

HEAD = """
import tensorflow as tf
v = tf.Variable([1.0, 2.0], name="v")
w = tf.Variable([5.0], name="w")
double, more = tf.assign(v, v * 2.0), tf.assign_add(w, [1.0])
"""
NATIVE = """
import tensorflow as tf
v = tf.Variable([1.0, 2.0], name="v")
w = tf.Variable([5.0], name="w")


@tf.function
def double():
    v.assign(v * 2.0)
    return v.read_value()


@tf.function
def more():
    w.assign_add([1.0])
    return w.read_value()


"""
INIT = "«0i:sess.run(tf.global_variables_initializer())»"


def proven(folder: Path, before: str, after: str, runner: Runner) -> Evidence:
    rewrite = write_pair(folder, HEAD + before, NATIVE + after)
    options = VerifyOptions(timeout=60)
    found = verify(folder / "before.py", folder / "after.py", options=options, runner=runner, rewrite=rewrite)
    assert found.verdict is Verdict.PASS, render_text(found)
    return found


def calls(found: Evidence) -> dict[str, int]:
    return {fetch.id.partition("#")[2]: fetch.calls for fetch in found.fetches if fetch.calls}


def test_several_on_one_line_and_in_comprehensions(tmp_path: Path, runner: Runner) -> None:
    before = f"""
with tf.Session() as sess:
    {INIT}
    a, b = «1:sess.run(double)», «2:sess.run(more)»; c = «3:sess.run(v)»
    rows = [(«4:sess.run(double)», «5:sess.run(more)») for _ in range(3)]
    table = {{i: «6:sess.run(w)» for i in range(2)}}
    print(max(«7:sess.run(v)»[0], *(«8:sess.run(more)»[0] for _ in range(2))))
"""
    after = """
a, b = «1:double().numpy()», «2:more().numpy()»; c = «3:v.numpy()»
rows = [(«4:double().numpy()», «5:more().numpy()») for _ in range(3)]
table = {i: «6:w.numpy()» for i in range(2)}
print(max(«7:v.numpy()»[0], *(«8:more().numpy()»[0] for _ in range(2))))
"""
    found = calls(proven(tmp_path, before, after, runner))
    assert found == {"1": 1, "2": 1, "3": 1, "4": 3, "5": 3, "6": 2, "7": 1, "8": 2}


def test_one_site_in_a_function_that_is_called_from_many(tmp_path: Path, runner: Runner) -> None:
    before = f"""
sess = tf.Session()
{INIT}
def step(op):
    return «1:sess.run(op)»
def both():
    yield step(double)
    yield step(more)
print(step(double), list(both()), [step(more) for _ in range(2)])
"""
    after = """
def step(op):
    return «1:op().numpy()»
def both():
    yield step(double)
    yield step(more)
print(step(double), list(both()), [step(more) for _ in range(2)])
"""
    assert calls(proven(tmp_path, before, after, runner)) == {"1": 5}


def test_a_run_in_the_arguments_of_a_run(tmp_path: Path, runner: Runner) -> None:
    before = f"""
x = tf.placeholder(tf.float32, [2])
y = x + v
with tf.Session() as sess:
    {INIT}
    print(«1:sess.run(y, {{x: «2:sess.run(double)»}})», «3:sess.run(more)»)
"""
    after = """
print(«1:(tf.constant(«2:double().numpy()») + v).numpy()», «3:more().numpy()»)
"""
    assert calls(proven(tmp_path, before, after, runner)) == {"1": 1, "2": 1, "3": 1}


def test_threads_that_take_turns(tmp_path: Path, runner: Runner) -> None:
    threads = """
import threading
def in_thread(work):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
"""
    before = f"""
{threads}
sess = tf.Session()
{INIT}
for i in range(3):
    in_thread(lambda: print(«1:sess.run(double)»))
    in_thread(lambda: print(«2:sess.run(more)»))
"""
    after = f"""
{threads}
for i in range(3):
    in_thread(lambda: print(«1:double().numpy()»))
    in_thread(lambda: print(«2:more().numpy()»))
"""
    assert calls(proven(tmp_path, before, after, runner)) == {"1": 3, "2": 3}


def test_runs_inside_a_saver_are_left_out(tmp_path: Path, runner: Runner) -> None:
    before = f"""
saver = tf.train.Saver()
with tf.Session() as sess:
    {INIT}
    print(«1:sess.run(double)»)
    path = saver.save(sess, "./model")
    print(«2:sess.run(double)»)
    saver.restore(sess, path)
    print(«3:sess.run(v)»)
"""
    after = """
checkpoint = tf.train.Checkpoint(v=v, w=w)
print(«1:double().numpy()»)
path = checkpoint.save("./model")
print(«2:double().numpy()»)
checkpoint.restore(path)
print(«3:v.numpy()»)
more
"""
    (tmp_path / "p").mkdir()
    rewrite = write_pair(tmp_path / "p", HEAD.replace(", more", ", _") + before, NATIVE + after)
    found = verify(tmp_path / "p" / "before.py", tmp_path / "p" / "after.py", runner=runner, rewrite=rewrite)
    assert not [fetch for fetch in found.fetches if fetch.equal is False], render_text(found)
    assert calls(found) == {"1": 1, "2": 1, "3": 1}


def test_runs_inside_hooks_are_left_out(tmp_path: Path, runner: Runner) -> None:
    (tmp_path / "before.py").write_text(
        HEAD
        + """
tf.train.create_global_step()
hooks = [tf.train.StopAtStepHook(3), tf.train.LoggingTensorHook({"w": w}, every_n_iter=1)]
count = tf.assign_add(tf.train.get_global_step(), 1)
with tf.train.MonitoredTrainingSession(hooks=hooks, checkpoint_dir="./logs") as sess:
    while not sess.should_stop():
        print(sess.run([double, count]))
"""
    )
    found = verify_self(tmp_path / "before.py", runner=runner)
    assert found.verdict is Verdict.PASS, render_text(found)
    assert [(fetch.id, fetch.calls) for fetch in found.fetches] == [("before.py:12:15", 3)], render_text(found)
