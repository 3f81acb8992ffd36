"""What shares an array with graph code is not changed in place; what only stands near it may be."""

from __future__ import annotations

import pytest
from rewriting import program, rewrite

HARMLESS = {
    "a copy": ("copied = t.copy()", "copied[0] = 9"),
    "what is computed from it": ("double = t * 2", "double[0] = 9"),
    "a container that gets more": ("held = [t]", "held.append(3)"),
    "a container whose place is given away": ("held = {'t': t}", "held['t'] = 0"),
    "an element of a list of numbers": ("sizes = [2, 3]", "sizes.append(4)"),
    "another array": ("other = np.zeros(2)", "other[:] = t"),
    "a view from before that is read": ("view = t[1:]", "print(view[0])"),
}
SHARED = {
    "an array of which it is a view": ("base = np.arange(4.)\nt = base[:2]", "base[0] = 9"),
    "two views of one array": ("base = np.arange(4.)\nt = base[:2]\nother = base[1:]", "other += 1"),
    "a conditional name": ("either = t if len(t) else None", "either[0] = 9"),
    "what a helper hands on": ("def same(a):\n    return a\nhanded = same(t)", "handed[0] = 9"),
}
TEXT = "import numpy as np\nt = np.arange(2.)\n{}\nx = tf.placeholder(tf.float32, [2])\ny = x * t\n{}\n" \
       "sess = tf.Session()\nprint(sess.run(y, {{x: [1., 1.]}}))\n"  # fmt: skip


@pytest.mark.parametrize(("setup", "change"), HARMLESS.values(), ids=HARMLESS)
def test_harmless(setup: str, change: str) -> None:
    result = rewrite(program(TEXT.format(setup, change)))
    assert result.changed, [d.message for d in result.diagnostics]


@pytest.mark.parametrize(("setup", "change"), SHARED.values(), ids=SHARED)
def test_shared(setup: str, change: str) -> None:
    result = rewrite(program(TEXT.format(setup, change)))
    assert not result.changed
    assert any("changed in place" in d.message for d in result.diagnostics)
