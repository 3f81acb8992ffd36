"""Pairs of programs, written by hand: TensorFlow 1 before, native TensorFlow 2 after, and mutations of the after.

A pair without marks is verified without a source map. Marks give one: ``«3:EXPR»`` is site 3 on both sides, with an
optional kind (``«3r:...»`` reset, ``«3i:...»`` init), ``«w:...»`` a repaired write in the before.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from migrator.verify import Verdict

Mutation = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Pair:
    """One pair.

    Attributes:
        before, after: texts.
        wrong: for each deliberate error its replacements in the after.
        expected: verdict of the unchanged pair, and of its forms.
        forms: other right ways to write the after, each with its replacements.
    """

    before: str
    after: str
    wrong: dict[str, Mutation] = field(default_factory=dict)
    expected: Verdict = Verdict.PASS
    forms: dict[str, Mutation] = field(default_factory=dict)


REGRESSION = Pair(
    """
import numpy as np
import tensorflow as tf
x = tf.placeholder(tf.float32, [None, 3], name="x")
y = tf.placeholder(tf.float32, [None, 1], name="y")
w = tf.Variable(tf.truncated_normal([3, 1], stddev=0.5), name="w")
b = tf.Variable(tf.ones([1]), name="b")
prediction = tf.matmul(x, w) + b
penalty = 0.1 * tf.reduce_sum(tf.square(w))
loss = tf.reduce_mean(tf.square(prediction - y)) + penalty
train = tf.train.GradientDescentOptimizer(0.05).minimize(loss)
data = np.random.rand(8, 3)
target = np.random.rand(8, 1)
sess = tf.Session()
sess.run(tf.global_variables_initializer())
for step in range(10):
    _, value = sess.run([train, loss], feed_dict={x: data, y: target})
    print(step, value)
result = sess.run({"loss": loss, "prediction": prediction}, {x: data, y: target})
print(result["loss"], result["prediction"])
""",
    """
import numpy as np
import tensorflow as tf
w = tf.Variable(tf.random.truncated_normal([3, 1], stddev=0.5), name="w")
b = tf.Variable(tf.ones([1]), name="b")


def compute(x, y):
    prediction = tf.matmul(x, w) + b
    penalty = 0.1 * tf.reduce_sum(tf.square(w))
    return tf.reduce_mean(tf.square(prediction - y)) + penalty, prediction


@tf.function
def train_step(x, y):
    with tf.GradientTape() as tape:
        loss, _ = compute(x, y)
    gw, gb = tape.gradient(loss, [w, b])
    w.assign_sub(0.05 * gw)
    b.assign_sub(0.05 * gb)
    return loss


@tf.function
def evaluate(x, y):
    loss, prediction = compute(x, y)
    return {"loss": loss, "prediction": prediction}


data = np.random.rand(8, 3).astype("float32")
target = np.random.rand(8, 1).astype("float32")
for step in range(10):
    value = train_step(data, target).numpy()
    print(step, value)
result = evaluate(data, target)
print(result["loss"].numpy(), result["prediction"].numpy())
""",
    {
        "skipped update": (("    b.assign_sub(0.05 * gb)\n", ""),),
        "wrong learning rate": (("0.05 * gw", "0.051 * gw"),),
        "lost regulariser": (("0.1 * tf.reduce_sum(tf.square(w))", "0.0"),),
        "penalty by mean": (("0.1 * tf.reduce_sum", "0.1 * tf.reduce_mean"),),
        "loss after the update": (
            ("    return loss\n\n\n@tf.function\ndef ev", "    return compute(x, y)[0]\n\n\n@tf.function\ndef ev"),
        ),
        "off by one": (("range(10)", "range(9)"),),
        "one more step": (("range(10)", "range(11)"),),
        "other reduction": (("tf.reduce_mean(tf.square(prediction", "tf.reduce_sum(tf.square(prediction"),),
        "feeds swapped": (
            ("np.random.rand(8, 3).astype", "__data.astype"),
            ("np.random.rand(8, 1).astype", "__target.astype"),
            ("data = __data", "__target = np.random.rand(8, 1)\n__data = np.random.rand(8, 3)\ndata = __data"),
        ),
        "constant start": (("tf.ones([1])", "tf.zeros([1])"),),
        "bias used twice": (("tf.matmul(x, w) + b", "tf.matmul(x, w) + b + b"),),
        "variable not trained": (("w.assign_sub(0.05 * gw)", "pass"),),
        "ascent": (("assign_sub", "assign_add"),),
        "evaluates before training": (
            ("for step in range(10):", "result = evaluate(data, target)\nfor step in range(10):"),
            ("    print(step, value)\nresult = evaluate(data, target)", "    print(step, value)"),
        ),
        "data in float16": (('.astype("float32")\ntarget', '.astype("float16").astype("float32")\ntarget'),),
    },
)

DROPOUT_ADAM = Pair(
    """
import numpy as np
import tensorflow as tf
x = tf.placeholder(tf.float32, [None, 4])
y = tf.placeholder(tf.int64, [None])
keep = tf.placeholder(tf.float32)
w1 = tf.Variable(tf.random_normal([4, 8], stddev=0.3), name="w1")
b1 = tf.Variable(tf.zeros([8]), name="b1")
w2 = tf.get_variable("w2", [8, 3])
hidden = tf.nn.dropout(tf.nn.relu(tf.matmul(x, w1) + b1), keep)
logits = tf.matmul(hidden, w2)
loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))
train = tf.train.AdamOptimizer(0.01, epsilon=1e-3).minimize(loss)
accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), y), tf.float32))
data, target = np.random.rand(16, 4), np.random.randint(3, size=16)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(12):
        _, l = sess.run([train, loss], feed_dict={x: data, y: target, keep: 0.75})
    print(sess.run([loss, accuracy], {x: data, y: target, keep: 1.0}))
""",
    """
import numpy as np
import tensorflow as tf
w1 = tf.Variable(tf.random.normal([4, 8], stddev=0.3), name="w1")
b1 = tf.Variable(tf.zeros([8]), name="b1")
w2 = tf.Variable(tf.keras.initializers.GlorotUniform()([8, 3]), name="w2")
optimizer = tf.keras.optimizers.Adam(0.01, epsilon=1e-3)
optimizer.build([w1, b1, w2])


def forward(x, y, keep):
    hidden = tf.nn.dropout(tf.nn.relu(tf.matmul(x, w1) + b1), rate=1 - keep)
    logits = tf.matmul(hidden, w2)
    return logits, tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))


@tf.function
def train_step(x, y, keep):
    with tf.GradientTape() as tape:
        _, loss = forward(x, y, keep)
    variables = [w1, b1, w2]
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
    return loss


@tf.function
def evaluate(x, y, keep):
    logits, loss = forward(x, y, keep)
    return loss, tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), y), tf.float32))


data, target = np.random.rand(16, 4).astype("float32"), np.random.randint(3, size=16)
for i in range(12):
    l = train_step(data, target, tf.constant(0.75)).numpy()
print([value.numpy() for value in evaluate(data, target, tf.constant(1.0))])
""",
    {
        "dropout missing": (("target, tf.constant(0.75)", "target, tf.constant(1.0)"),),
        "dropout kept in evaluation": (("target, tf.constant(1.0)", "target, tf.constant(0.75)"),),
        "dropout rate for keep": (("rate=1 - keep", "rate=keep * 0.5"),),
        "wrong epsilon": (("epsilon=1e-3", "epsilon=1e-7"),),
        "wrong beta": (("0.01, epsilon", "0.01, beta_2=0.99, epsilon"),),
        "relu lost": (("tf.nn.relu(tf.matmul(x, w1) + b1)", "tf.matmul(x, w1) + b1"),),
        "wrong axis": (("tf.argmax(logits, 1)", "tf.argmax(tf.transpose(logits), 0) * 0 + 1"),),
        "variable left out": (("variables = [w1, b1, w2]", "variables = [w1, w2]"),),
        "uniform start for a normal one": (
            ("tf.random.normal([4, 8], stddev=0.3)", "tf.random.uniform([4, 8], 0.0, 0.5)"),
        ),
        "gradient not of the loss": (("_, loss = forward(x, y, keep)", "_, loss = forward(x, y, keep * 1.05)"),),
        "start of another scale": (("stddev=0.3", "stddev=0.05"),),
    },
)

ASSIGN = Pair(
    """
import tensorflow as tf
v = tf.Variable([1.0, 2.0, 3.0], name="v")
count = tf.Variable(0, trainable=False, name="count")
double = tf.assign(v, v * 2)
shift = v[0:2].assign([7.0, 8.0])
tick = tf.assign_add(count, 1)
total = tf.reduce_sum(v) - tf.cast(count, tf.float32)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(total))
    for i in range(3):
        print(sess.run(double))
        sess.run(tick)
    sess.run(shift)
    print(sess.run([v, count]))
    print(sess.run(total))
""",
    """
import tensorflow as tf
v = tf.Variable([1.0, 2.0, 3.0], name="v")
count = tf.Variable(0, trainable=False, name="count")


@tf.function
def total():
    return tf.reduce_sum(v) - tf.cast(count, tf.float32)


@tf.function
def double():
    v.assign(v * 2)
    return v.read_value()


print(total().numpy())
for i in range(3):
    print(double().numpy())
    count.assign_add(1)
v[0:2].assign([7.0, 8.0])
print([v.numpy(), count.numpy()])
print(total().numpy())
""",
    {
        "operands swapped": (
            ("tf.reduce_sum(v) - tf.cast(count, tf.float32)", "tf.cast(count, tf.float32) - tf.reduce_sum(v)"),
        ),
        "read before instead of after": (
            (
                "    v.assign(v * 2)\n    return v.read_value()",
                "    old = v.read_value()\n    v.assign(v * 2)\n    return old",
            ),
        ),
        "assign for assign_add": (("count.assign_add(1)", "count.assign(1)"),),
        "wrong slice": (("v[0:2].assign", "v[1:3].assign"),),
        "write out of the loop": (("    count.assign_add(1)\n", ""), ("v[0:2]", "count.assign_add(1)\nv[0:2]")),
        "copy instead of the variable": (("    v.assign(v * 2)\n    return v.read_value()", "    return v * 2"),),
        "read moved": (
            ("print([v.numpy(), count.numpy()])\n", ""),
            ("v[0:2].assign", "print([v.numpy(), count.numpy()])\nv[0:2].assign"),
        ),
    },
)

INTERACTIVE = Pair(
    """
import tensorflow as tf
sess = tf.InteractiveSession()
a = tf.constant([[1.0, 2.0], [3.0, 4.0]])
v = tf.Variable(tf.eye(2), name="v")
v.initializer.run()
c = tf.matmul(a, v)
print(c.eval())
print(v.eval())
update = v.assign(tf.concat([a[:1], a[1:] * 2], axis=0))
update.op.run()
print(c.eval(), tf.reduce_max(c, axis=1).eval())
sess.close()
""",
    """
import tensorflow as tf
a = tf.constant([[1.0, 2.0], [3.0, 4.0]])
v = tf.Variable(tf.eye(2), name="v")


@tf.function
def c():
    return tf.matmul(a, v)


print(c().numpy())
print(v.numpy())
v.assign(tf.concat([a[:1], a[1:] * 2], axis=0))
print(tf.matmul(a, v).numpy(), tf.reduce_max(tf.matmul(a, v), axis=1).numpy())
""",
    {
        "factors swapped": (("print(tf.matmul(a, v)", "print(tf.matmul(v, a)"),),
        "wrong axis of a reduction": (("axis=1).numpy", "axis=0).numpy"),),
        "stale value": (
            (
                "v.assign(tf.concat([a[:1], a[1:] * 2], axis=0))\nprint(tf.matmul(a, v).numpy(),",
                "old = c()\nv.assign(tf.concat([a[:1], a[1:] * 2], axis=0))\nprint(old.numpy(),",
            ),
        ),
    },
)

DRAWS = Pair(
    """
import tensorflow as tf
noise = tf.random_normal([4, 3], stddev=2.0)
other = tf.random_uniform([4, 3], 1, 5)
logits = tf.constant([[1.0, 2.0, 0.5]])
v = tf.Variable(tf.zeros([4, 3]), name="v")
mixed = noise + other
walk = tf.assign_add(v, mixed)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(4):
        print(sess.run(walk))
    print(sess.run([noise, tf.multinomial(logits, 5), tf.random_shuffle(tf.range(10))]))
""",
    """
import tensorflow as tf
logits = tf.constant([[1.0, 2.0, 0.5]])
v = tf.Variable(tf.zeros([4, 3]), name="v")


@tf.function
def draw():
    return tf.random.normal([4, 3], stddev=2.0)


@tf.function
def walk():
    noise = draw()
    other = tf.random.uniform([4, 3], 1, 5)
    return v.assign_add(noise + other).read_value() if False else step(noise + other)


def step(mixed):
    v.assign_add(mixed)
    return v.read_value()


@tf.function
def sample():
    return draw(), tf.random.categorical(logits, 5), tf.random.shuffle(tf.range(10))


for i in range(4):
    print(walk().numpy())
print([value.numpy() for value in sample()])
""",
    {
        "other scale": (("stddev=2.0", "stddev=2.5"),),
        "drawn once": (("    noise = draw()\n", "    noise = fixed\n"), ("\n\nfor i", "\n\nfixed = draw()\nfor i")),
        "other distribution": (
            ("tf.random.normal([4, 3], stddev=2.0)", "tf.random.truncated_normal([4, 3], stddev=2.0)"),
        ),
        "other range": (("[4, 3], 1, 5", "[4, 3], 0, 5"),),
    },
)

TWO_LOSSES = Pair(
    """
import numpy as np
import tensorflow as tf
x = tf.placeholder(tf.float32, [None, 2])
a = tf.Variable([[0.5], [0.25]], name="net/a")
c = tf.Variable([[0.3], [-0.2]], name="net/c")
encoded = tf.matmul(x, a)
target = tf.stop_gradient(tf.matmul(x, c))
loss_a = tf.reduce_mean(tf.square(encoded - 2.0 * target))
loss_c = tf.reduce_mean(tf.abs(tf.matmul(x, c) - 1.0)) + tf.reduce_mean(encoded)
train_a = tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss_a)
train_c = tf.train.GradientDescentOptimizer(0.2).minimize(loss_c, var_list=[c])
sess = tf.Session()
sess.run(tf.global_variables_initializer())
for i in range(6):
    batch = np.random.rand(5, 2)
    _, la = sess.run([train_a, loss_a], {x: batch})
    for j in range(2):
        _, lc = sess.run([train_c, loss_c], {x: np.random.rand(5, 2)})
    print(la, lc)
print(sess.run(tf.trainable_variables()))
""",
    """
import numpy as np
import tensorflow as tf
a = tf.Variable([[0.5], [0.25]], name="net/a")
c = tf.Variable([[0.3], [-0.2]], name="net/c")
momentum = tf.Variable(tf.zeros([2, 1]), trainable=False, name="momentum")


@tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])
def train_a(x):
    with tf.GradientTape() as tape:
        target = tf.stop_gradient(tf.matmul(x, c))
        loss = tf.reduce_mean(tf.square(tf.matmul(x, a) - 2.0 * target))
    gradient = tape.gradient(loss, a)
    momentum.assign(0.9 * momentum + gradient)
    a.assign_sub(0.1 * momentum)
    return loss


@tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])
def train_c(x):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.abs(tf.matmul(x, c) - 1.0)) + tf.reduce_mean(tf.matmul(x, a))
    c.assign_sub(0.2 * tape.gradient(loss, c))
    return loss


for i in range(6):
    batch = np.random.rand(5, 2)
    la = train_a(batch.astype("float32")).numpy()
    for j in range(2):
        lc = train_c(np.random.rand(5, 2).astype("float32")).numpy()
    print(la, lc)
print([v.numpy() for v in (a, c)])
""",
    {
        "stop_gradient missing": (
            ("target = tf.stop_gradient(tf.matmul(x, c))", "target = tf.matmul(x, c)"),
            (
                "gradient = tape.gradient(loss, a)",
                "gradient, gc = tape.gradient(loss, [a, c])\n    c.assign_sub(0.1 * gc)",
            ),
        ),
        "wrong variable in var_list": (
            ("c.assign_sub(0.2 * tape.gradient(loss, c))", "a.assign_sub(0.2 * tape.gradient(loss, a))"),
        ),
        "both variables trained": (
            (
                "c.assign_sub(0.2 * tape.gradient(loss, c))",
                "ga, gc = tape.gradient(loss, [a, c])\n    c.assign_sub(0.2 * gc)\n    a.assign_sub(0.2 * ga)",
            ),
        ),
        "momentum lost": (("0.9 * momentum + gradient", "gradient"),),
        "order of the sites swapped": (
            ('    la = train_a(batch.astype("float32")).numpy()\n', ""),
            ("    print(la, lc)", '    la = train_a(batch.astype("float32")).numpy()\n    print(la, lc)'),
        ),
        "inner loop once": (("range(2)", "range(1)"),),
        "batch drawn once": (
            ("    batch = np.random.rand(5, 2)\n", ""),
            ("for i in range(6)", "batch = np.random.rand(5, 2)\nfor i in range(6)"),
        ),
        "two losses mixed up": (
            (
                "    return loss\n\n\n@tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])\ndef train_c",
                "    return loss * 1.001\n\n\n@tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])\ndef train_c",
            ),
        ),
    },
)

RESET = Pair(
    """
import tensorflow as tf
v = tf.Variable(tf.random_uniform([30]), name="v")
k = tf.Variable(3.0, name="k")
step = tf.assign(v, v * k)
with tf.Session() as sess:
    for trial in range(3):
        «0r:sess.run(tf.global_variables_initializer())»
        for i in range(2):
            print(«1:sess.run(step)»)
        «2:sess.run(tf.assign_add(k, 1.0))»
        values = [«3:sess.run(v[n])» for n in range(2)]; print(«4:sess.run(k)»)
        print(«5:sess.run([k, tf.random_uniform([2])])»)
""",
    """
import tensorflow as tf
v = tf.Variable(tf.random.uniform([30]), name="v")
k = tf.Variable(3.0, name="k")


def reset():
    v.assign(tf.random.uniform([30]))
    k.assign(3.0)


@tf.function
def step():
    v.assign(v * k)
    return v.read_value()


@tf.function
def pair():
    return k.read_value(), tf.random.uniform([2])


for trial in range(3):
    «0r:reset()»
    for i in range(2):
        print(«1:step().numpy()»)
    «2:k.assign_add(1.0).numpy()»
    values = [«3:v[n].numpy()» for n in range(2)]; print(«4:k.numpy()»)
    print(«5:[value.numpy() for value in pair()]»)
""",
    {
        "re-initialisation missing": (("    v.assign(tf.random.uniform([30]))\n", ""),),
        "constant not reset": (("    k.assign(3.0)\n", ""),),
        "reset from another distribution": (
            ("v.assign(tf.random.uniform([30]))", "v.assign(tf.random.uniform([30], 0.0, 3.0))"),
        ),
        "value before": (
            (
                "    v.assign(v * k)\n    return v.read_value()",
                "    old = v.read_value()\n    v.assign(v * k)\n    return old",
            ),
        ),
        "fetches swapped": (
            ("return k.read_value(), tf.random.uniform([2])", "return tf.random.uniform([2]), k.read_value()"),
        ),
        "site not called": (
            ("    «2:k.assign_add(1.0).numpy()»\n", "    if trial < 2:\n        «2:k.assign_add(1.0).numpy()»\n"),
        ),
    },
)

IN_FUNCTION = Pair(
    """
import tensorflow as tf


def build(units):
    with tf.variable_scope("net", reuse=tf.AUTO_REUSE):
        w = tf.get_variable("w", [2, units])
        return tf.matmul(tf.ones([1, 2]), w)


def main():
    out = build(3)
    again = build(3)
    loss = tf.reduce_sum(out * again)
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    with tf.Session() as sess:
        «0i:sess.run(tf.global_variables_initializer())»
        for _ in range(3):
            «1:sess.run(train)»
        return «2:sess.run([out, loss])»


if __name__ == "__main__":
    print(main())
""",
    """
import tensorflow as tf


def main():
    w = None

    @tf.function
    def forward():
        nonlocal w
        if w is None:
            w = tf.Variable(tf.keras.initializers.GlorotUniform()([2, 3]), name="net/w")
        out = tf.matmul(tf.ones([1, 2]), w)
        return out, tf.reduce_sum(out * out)

    @tf.function
    def train_step():
        with tf.GradientTape() as tape:
            _, loss = forward()
        w.assign_sub(0.1 * tape.gradient(loss, w))

    forward()
    for _ in range(3):
        «1:train_step()»
    return «2:[value.numpy() for value in forward()]»


if __name__ == "__main__":
    print(main())
""",
    {"half a step": (("0.1 * tape", "0.05 * tape"),), "one step less": (("range(3)", "range(2)"),)},
)

LAYERS = Pair(
    """
import numpy as np
import tensorflow as tf
x = tf.placeholder(tf.float32, [None, 5])
hidden = tf.layers.dense(x, 7, activation=tf.nn.tanh, name="hidden")
dropped = tf.layers.dropout(hidden, rate=0.4, training=True)
out = tf.layers.dense(dropped, 2, kernel_initializer=tf.random_normal_initializer(stddev=0.1), name="out")
loss = tf.reduce_mean(tf.square(out - 1.0))
train = tf.train.RMSPropOptimizer(0.01).minimize(loss)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for _ in range(5):
        print(sess.run([loss, train], {x: np.random.rand(6, 5)})[0])
""",
    """
import numpy as np
import tensorflow as tf
hidden = tf.keras.layers.Dense(7, activation="tanh", name="hidden")
dropout = tf.keras.layers.Dropout(0.4)
output = tf.keras.layers.Dense(2, kernel_initializer=tf.keras.initializers.RandomNormal(stddev=0.1), name="out")
hidden.build([None, 5])
output.build([None, 7])
variables = [*hidden.trainable_variables, *output.trainable_variables]
optimizer = tf.keras.optimizers.RMSprop(0.01, rho=0.9, epsilon=1e-10)
optimizer.build(variables)
for velocity in optimizer._velocities:
    velocity.assign(tf.ones_like(velocity))


@tf.function(input_signature=[tf.TensorSpec([None, 5], tf.float32)])
def train_step(x):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(output(dropout(hidden(x), training=True)) - 1.0))
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
    return loss


for _ in range(5):
    print(train_step(np.random.rand(6, 5).astype("float32")).numpy())
""",
    {
        "slots start at zero": (("    velocity.assign(tf.ones_like(velocity))", "    pass"),),
        "dropout off": (("training=True", "training=False"),),
        "activation lost": (('7, activation="tanh", ', "7, "),),
    },
)

ARTICLE_B = Pair(
    """
import tensorflow as tf
var1 = tf.Variable(tf.random.normal((5, 10)), name="var1")
var2 = tf.Variable(tf.random.normal((5, 10)), name="var2")
concatenated = tf.concat([var1, var2], axis=1)
new_value = tf.random.normal((5, 20))
part1, part2 = tf.split(new_value, 2, axis=1)
update1, update2 = tf.assign(var1, part1), tf.assign(var2, part2)
with tf.Session() as sess:
    «0i:sess.run(tf.global_variables_initializer())»
    print(«1:sess.run([var1, var2, concatenated])»)
    «2:sess.run([update1, update2])»
    print(«3:sess.run([var1, var2, concatenated])»)
""",
    """
import tensorflow as tf
var1 = tf.Variable(tf.random.normal((5, 10)), name="var1")
var2 = tf.Variable(tf.random.normal((5, 10)), name="var2")


@tf.function
def read():
    return [var1.read_value(), var2.read_value(), tf.concat([var1, var2], axis=1)]


@tf.function
def update():
    part1, part2 = tf.split(tf.random.normal((5, 20)), 2, axis=1)
    var1.assign(part1)
    var2.assign(part2)
    return [var1.read_value(), var2.read_value()]


print(«1:[value.numpy() for value in read()]»)
«2:[value.numpy() for value in update()]»
print(«3:[value.numpy() for value in read()]»)
""",
    {
        "halves swapped": (("var1.assign(part1)", "var1.assign(part2)"), ("var2.assign(part2)", "var2.assign(part1)")),
        "one half lost": (("    var2.assign(part2)\n", ""),),
        "split on the wrong axis": (
            ("tf.random.normal((5, 20)), 2, axis=1", "tf.reshape(tf.random.normal((5, 20)), (10, 10)), 2, axis=0"),
        ),
    },
)

ARTICLE_A = Pair(
    """
import tensorflow as tf
var1 = tf.Variable(tf.random.normal((5, 10)), name="var1")
var2 = tf.Variable(tf.random.normal((5, 10)), name="var2")
concatenated = tf.concat([var1, var2], axis=1)
new_value = tf.random.normal((5, 20))
update = «w:tf.assign(concatenated, new_value)»
with tf.Session() as sess:
    «0i:sess.run(tf.global_variables_initializer())»
    print(«1:sess.run([var1, var2, concatenated])»)
    «2:sess.run(update)»
    print(«3:sess.run([var1, var2, concatenated])»)
""",
    """
import tensorflow as tf
var1 = tf.Variable(tf.random.normal((5, 10)), name="var1")
var2 = tf.Variable(tf.random.normal((5, 10)), name="var2")


@tf.function
def read():
    return [var1.read_value(), var2.read_value(), tf.concat([var1, var2], axis=1)]


@tf.function
def update():
    new_var1, new_var2 = tf.split(tf.random.normal((5, 20)), 2, axis=1)
    var1.assign(new_var1)
    var2.assign(new_var2)
    return tf.concat([var1, var2], axis=1)


print(«1:[value.numpy() for value in read()]»)
«2:update().numpy()»
print(«3:[value.numpy() for value in read()]»)
""",
    {
        "halves swapped (repair)": (
            ("tf.concat([var1, var2], axis=1)\n\n\nprint", "tf.concat([var1, var2], axis=1)\n\n\nprint"),
            ("var1.assign(new_var1)", "var1.assign(new_var2)"),
        ),
        "nothing written": (("    var1.assign(new_var1)\n    var2.assign(new_var2)\n", ""),),
        "even and odd columns": (
            (
                "tf.split(tf.random.normal((5, 20)), 2, axis=1)",
                "tf.unstack(tf.reshape(tf.random.normal((5, 20)), (5, 10, 2)), axis=2)",
            ),
        ),
    },
    Verdict.REPAIRED,
)

ARTICLE_C = Pair(
    """
import tensorflow as tf
var1 = tf.Variable(tf.random.normal((5, 10)), name="var1")
indices = tf.reshape(tf.range(0, tf.size(var1)), (tf.size(var1), 1))
flat_updates = tf.reshape(tf.random.normal((5, 10)), [-1])
update = «w:tf.tensor_scatter_nd_update(var1, indices, flat_updates)»
with tf.Session() as sess:
    «0i:sess.run(tf.global_variables_initializer())»
    print(«1:sess.run(var1)»)
    «2:sess.run(update)»
    print(«3:sess.run(var1)»)
""",
    """
import tensorflow as tf
var1 = tf.Variable(tf.random.normal((5, 10)), name="var1")


@tf.function
def update():
    indices = tf.reshape(tf.range(0, tf.size(var1)), (tf.size(var1), 1))
    flat_updates = tf.reshape(tf.random.normal((5, 10)), [-1])
    flat = tf.tensor_scatter_nd_update(tf.reshape(var1, [-1]), indices, flat_updates)
    var1.assign(tf.reshape(flat, var1.shape))
    return var1.read_value()


print(«1:var1.numpy()»)
«2:update().numpy()»
print(«3:var1.numpy()»)
""",
    {
        "scatter without effect": (
            (
                "    var1.assign(tf.reshape(flat, var1.shape))\n    return var1.read_value()",
                "    return tf.reshape(flat, var1.shape)",
            ),
        ),
        "transposed order": (("tf.reshape(flat, var1.shape)", "tf.transpose(tf.reshape(flat, (10, 5)))"),),
    },
    Verdict.REPAIRED,
)

DECAY = Pair(
    """
import numpy as np
import tensorflow as tf
x = tf.placeholder(tf.float32, [None, 2], name="x")
w = tf.Variable([[0.5], [-0.5]], name="w")
step = tf.Variable(0, trainable=False, name="global_step")
rate = tf.train.exponential_decay(0.2, step, 3, 0.5, staircase=True)
loss = tf.reduce_mean(tf.square(tf.matmul(x, w) - 1.0))
train = tf.train.GradientDescentOptimizer(rate).minimize(loss, global_step=step)
data = np.random.rand(6, 2)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(8):
        sess.run(train, {x: data})
        print(sess.run([loss, rate], {x: data}))
""",
    """
import numpy as np
import tensorflow as tf
w = tf.Variable([[0.5], [-0.5]], name="w")
step = tf.Variable(0, trainable=False, name="global_step")


def rate():
    return 0.2 * 0.5 ** tf.floor(tf.cast(step, tf.float32) / 3.0)


@tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])
def train(x):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(tf.matmul(x, w) - 1.0))
    gradient = tape.gradient(loss, w)
    w.assign_sub(rate() * gradient)
    step.assign_add(1)


@tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])
def evaluate(x):
    return tf.reduce_mean(tf.square(tf.matmul(x, w) - 1.0)), rate()


data = np.random.rand(6, 2)
for i in range(8):
    train(data)
    print([value.numpy() for value in evaluate(data)])
""",
    {
        "no staircase": (("tf.floor(tf.cast(step, tf.float32) / 3.0)", "(tf.cast(step, tf.float32) / 3.0)"),),
        "rate and steps of the decay swapped": (
            ("0.5 ** tf.floor(tf.cast(step, tf.float32) / 3.0)", "3.0 ** tf.floor(tf.cast(step, tf.float32) / 0.5)"),
        ),
        "step counted before the rate is taken": (
            ("    step.assign_add(1)\n", ""),
            ("    gradient = tape", "    step.assign_add(1)\n    gradient = tape"),
        ),
        "step not counted": (("    step.assign_add(1)\n", ""),),
        "rate frozen when it was traced": (
            ("    w.assign_sub(rate() * gradient)", "    w.assign_sub(0.2 * gradient)"),
        ),
        "rate of the step before": (("tf.cast(step, tf.float32) / 3.0", "tf.cast(step - 1, tf.float32) / 3.0"),),
    },
    forms={
        "Keras' schedule": (
            (
                "def rate():\n    return 0.2 * 0.5 ** tf.floor(tf.cast(step, tf.float32) / 3.0)",
                "schedule = tf.keras.optimizers.schedules.ExponentialDecay(0.2, 3, 0.5, staircase=True)\n\n\ndef rate():\n    return schedule(step)",
            ),
        ),
        "integer division": (("tf.floor(tf.cast(step, tf.float32) / 3.0)", "tf.cast(step // 3, tf.float32)"),),
        "a step that is a module's": (
            ("def rate", "count = tf.Module()\ncount.step = step\n\n\ndef rate"),
            ("step.assign_add(1)", "count.step.assign_add(1)"),
        ),
        "rate by tf.pow": (
            (
                "0.2 * 0.5 ** tf.floor(tf.cast(step, tf.float32) / 3.0)",
                "0.2 * tf.pow(0.5, tf.floor(tf.cast(step, tf.float32) / 3.0))",
            ),
        ),
    },
)

BATCHNORM = Pair(
    """
import numpy as np
import tensorflow as tf
x = tf.placeholder(tf.float32, [None, 3])
training = tf.placeholder(tf.bool, [])
normed = tf.layers.batch_normalization(x, training=training, name="bn")
out = tf.layers.dense(normed, 1, name="out")
loss = tf.reduce_mean(tf.square(out - 1.0))
with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
data = np.random.rand(10, 3) * 4.0
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(6):
        sess.run(train, {x: data, training: True})
    print(sess.run(loss, {x: data, training: False}))
""",
    """
import numpy as np
import tensorflow as tf
bn = tf.keras.layers.BatchNormalization(momentum=0.99, epsilon=1e-3, name="bn")
out = tf.keras.layers.Dense(1, name="out")
bn.build([None, 3])
out.build([None, 3])
variables = [bn.gamma, bn.beta, out.kernel, out.bias]


def compute(x, training):
    return tf.reduce_mean(tf.square(out(bn(x, training=training)) - 1.0))


@tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
def train(x):
    with tf.GradientTape() as tape:
        loss = compute(x, True)
    for variable, gradient in zip(variables, tape.gradient(loss, variables)):
        variable.assign(variable - 0.1 * gradient)


@tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
def evaluate(x):
    return compute(x, False)


data = np.random.rand(10, 3) * 4.0
for i in range(6):
    train(data)
print(evaluate(data).numpy())
""",
    {
        "batch norm not updated": (
            (
                "loss = compute(x, True)",
                "m, v = tf.nn.moments(x, [0])\n        loss = tf.reduce_mean(tf.square(out(tf.nn.batch_normalization(x, m, v, bn.beta, bn.gamma, 1e-3)) - 1.0))",
            ),
        ),
        "batch norm never trains": (("loss = compute(x, True)", "loss = compute(x, False)"),),
        "evaluates with the batch": (("return compute(x, False)", "return compute(x, True)"),),
        "wrong momentum of batch norm": (("momentum=0.99", "momentum=0.9"),),
        "wrong epsilon of batch norm": (("epsilon=1e-3", "epsilon=1e-1"),),
        "beta not trained": (("[bn.gamma, bn.beta, ", "[bn.gamma, "),),
        "evaluation updates": (
            ("print(evaluate(data)", "bn(tf.constant(data, tf.float32), training=True)\nprint(evaluate(data)"),
        ),
    },
    forms={
        "Keras SGD": (
            ("variables = [", "optimizer = tf.keras.optimizers.SGD(0.1)\nvariables = ["),
            (
                "    for variable, gradient in zip(variables, tape.gradient(loss, variables)):\n        variable.assign(variable - 0.1 * gradient)\n",
                "    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))\n",
            ),
        ),
        "two functions for two modes": (
            ("def compute(x, training):\n    return tf", "@tf.function\ndef compute(x, training):\n    return tf"),
        ),
        "a Sequential model": (
            (
                "bn.build([None, 3])\nout.build([None, 3])\n",
                "model = tf.keras.Sequential([bn, out])\nmodel.build([None, 3])\n",
            ),
            ("out(bn(x, training=training))", "model(x, training=training)"),
        ),
    },
)

REUSE = Pair(
    """
import numpy as np
import tensorflow as tf
def net(x, reuse=None):
    with tf.variable_scope("net", reuse=reuse):
        w = tf.get_variable("w", [2, 2], initializer=tf.constant_initializer(0.3))
        return tf.tanh(tf.matmul(x, w))
a = tf.placeholder(tf.float32, [None, 2])
b = tf.placeholder(tf.float32, [None, 2])
distance = tf.reduce_sum(tf.square(net(a) - net(b, reuse=True) + 0.1))
train = tf.train.GradientDescentOptimizer(0.1).minimize(distance)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(5):
        one, two = np.random.rand(4, 2), np.random.rand(4, 2)
        _, d = sess.run([train, distance], {a: one, b: two})
        print(d)
""",
    """
import numpy as np
import tensorflow as tf
w = tf.Variable(tf.fill([2, 2], 0.3), name="net/w")


def net(x):
    return tf.tanh(tf.matmul(x, w))


@tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)] * 2)
def train(a, b):
    with tf.GradientTape() as tape:
        distance = tf.reduce_sum(tf.square(net(a) - net(b) + 0.1))
    w.assign_sub(0.1 * tape.gradient(distance, w))
    return distance


for i in range(5):
    one, two = np.random.rand(4, 2), np.random.rand(4, 2)
    d = train(one, two).numpy()
    print(d)
""",
    {
        "a second network for reuse": (
            (
                "def net(x):\n    return tf.tanh(tf.matmul(x, w))",
                "other = tf.Variable(tf.fill([2, 2], 0.3), name='net/other')\n\n\ndef net(x, v=w):\n    return tf.tanh(tf.matmul(x, v))",
            ),
            ("net(b)", "net(b, other)"),
        ),
        "feeds swapped at the call": (("train(one, two)", "train(two, one)"),),
        "feeds drawn in the other order": (("one, two = np", "two, one = np"),),
        "gradient through one copy only": (("net(b) + 0.1", "tf.stop_gradient(net(b)) + 0.1"),),
        "same feed twice": (("train(one, two)", "train(one, one)"),),
    },
    forms={
        "a module": (
            (
                "def net(x):\n    return tf.tanh(tf.matmul(x, w))",
                "class Net(tf.Module):\n    def __call__(self, x):\n        return tf.tanh(tf.matmul(x, w))\n\n\nnet = Net()",
            ),
        ),
        "both rows in one call": (
            ("net(a) - net(b) + 0.1", "tf.subtract(*tf.split(net(tf.concat([a, b], 0)), 2)) + 0.1"),
        ),
        "a layer": (
            (
                'w = tf.Variable(tf.fill([2, 2], 0.3), name="net/w")',
                'layer = tf.keras.layers.Dense(2, "tanh", use_bias=False, kernel_initializer=tf.keras.initializers.Constant(0.3))\nlayer.build([None, 2])\nw = layer.kernel',
            ),
            ("return tf.tanh(tf.matmul(x, w))", "return layer(x)"),
            ("w.assign_sub(0.1 * tape.gradient(distance, w))", "w.assign(w - 0.1 * tape.gradient(distance, w))"),
        ),
        "by keyword": (("train(one, two)", "train(b=two, a=one)"),),
    },
)

BATCHES = Pair(
    """
import numpy as np
import tensorflow as tf
x = tf.placeholder(tf.float32, [None, 2])
y = tf.placeholder(tf.float32, [None])
w = tf.Variable([0.1, 0.2], name="w")
loss = tf.reduce_mean(tf.abs(tf.reduce_sum(x * w, 1) - y))
optimizer = tf.train.AdagradOptimizer(0.1)
gradients = optimizer.compute_gradients(loss)
clipped = [(tf.clip_by_norm(g, 0.05), v) for g, v in gradients]
train = optimizer.apply_gradients(clipped)
features, labels = np.random.rand(12, 2), np.random.rand(12)
sess = tf.Session()
sess.run(tf.global_variables_initializer())
for epoch in range(3):
    order = np.random.permutation(12)
    for start in range(0, 12, 4):
        rows = order[start:start + 4]
        _, value = sess.run([train, loss], {x: features[rows], y: labels[rows]})
    print(value)
print(sess.run(w))
""",
    """
import numpy as np
import tensorflow as tf
w = tf.Variable([0.1, 0.2], name="w")
accumulator = tf.Variable([0.1, 0.1], trainable=False, name="accumulator")


@tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32), tf.TensorSpec([None], tf.float32)])
def train(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.abs(tf.reduce_sum(x * w, 1) - y))
    gradient = tf.clip_by_norm(tape.gradient(loss, w), 0.05)
    accumulator.assign_add(gradient * gradient)
    w.assign_sub(0.1 * gradient * tf.math.rsqrt(accumulator))
    return loss


features, labels = np.random.rand(12, 2), np.random.rand(12)
for epoch in range(3):
    order = np.random.permutation(12)
    for start in range(0, 12, 4):
        rows = order[start:start + 4]
        value = train(features[rows], labels[rows]).numpy()
    print(value)
print(w.numpy())
""",
    {
        "feeds shuffled otherwise": (("order = np.random.permutation(12)", "order = np.random.permutation(12)[::-1]"),),
        "not shuffled": (("order = np.random.permutation(12)", "order = np.arange(12)"),),
        "shuffled once": (
            (
                "for epoch in range(3):\n    order = np.random.permutation(12)",
                "order = np.random.permutation(12)\nfor epoch in range(3):",
            ),
        ),
        "last batch lost": (("range(0, 12, 4)", "range(0, 8, 4)"),),
        "labels of other rows": (("labels[rows]", "labels[start:start + 4]"),),
        "clipped by value": (
            ("tf.clip_by_norm(tape.gradient(loss, w), 0.05)", "tf.clip_by_value(tape.gradient(loss, w), -0.05, 0.05)"),
        ),
        "not clipped": (("tf.clip_by_norm(tape.gradient(loss, w), 0.05)", "tape.gradient(loss, w)"),),
        "accumulator starts at zero": (("tf.Variable([0.1, 0.1], trainable", "tf.Variable([0.0, 0.0], trainable"),),
        "accumulator after the update": (
            ("    accumulator.assign_add(gradient * gradient)\n", ""),
            ("    return loss", "    accumulator.assign_add(gradient * gradient)\n    return loss"),
        ),
        "sum over the wrong axis": (("tf.reduce_sum(x * w, 1) - y", "tf.reduce_sum(x * w, 0)[0] - y"),),
    },
    forms={
        "Keras Adagrad": (
            (
                'accumulator = tf.Variable([0.1, 0.1], trainable=False, name="accumulator")',
                "optimizer = tf.keras.optimizers.Adagrad(0.1, initial_accumulator_value=0.1, epsilon=0.0)",
            ),
            (
                "    accumulator.assign_add(gradient * gradient)\n    w.assign_sub(0.1 * gradient * tf.math.rsqrt(accumulator))\n",
                "    optimizer.apply_gradients([(gradient, w)])\n",
            ),
        ),
        "TF1's kernel": (
            (
                "    accumulator.assign_add(gradient * gradient)\n    w.assign_sub(0.1 * gradient * tf.math.rsqrt(accumulator))\n",
                "    tf.raw_ops.ResourceApplyAdagrad(var=w.handle, accum=accumulator.handle, lr=0.1, grad=gradient)\n",
            ),
        ),
        "tensors for arrays": (
            (
                "train(features[rows], labels[rows])",
                "train(tf.constant(features[rows], tf.float32), tf.constant(labels[rows], tf.float32))",
            ),
        ),
        "by np.split": (
            (
                "    for start in range(0, 12, 4):\n        rows = order[start:start + 4]\n",
                "    for rows in np.split(order, 3):\n",
            ),
        ),
    },
)

AVERAGE = Pair(
    """
import numpy as np
import tensorflow as tf
v = tf.Variable([1.0, 2.0], name="v")
average = tf.train.ExponentialMovingAverage(0.9)
change = tf.assign(v, v * 1.5)
with tf.control_dependencies([change]):
    follow = average.apply([v])
shadow = average.average(v)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(4):
        sess.run(follow)
        print(sess.run(shadow))
    print(sess.run(tf.reduce_sum(v) - tf.reduce_max(shadow)))
""",
    """
import tensorflow as tf
v = tf.Variable([1.0, 2.0], name="v")
shadow = tf.Variable([1.0, 2.0], trainable=False, name="v/ExponentialMovingAverage")


@tf.function
def follow():
    v.assign(v * 1.5)
    shadow.assign_sub((1.0 - 0.9) * (shadow - v))


for i in range(4):
    follow()
    print(shadow.numpy())
print((tf.reduce_sum(v) - tf.reduce_max(shadow)).numpy())
""",
    {
        "average before the change": (
            ("    v.assign(v * 1.5)\n", ""),
            ("(shadow - v))", "(shadow - v))\n    v.assign(v * 1.5)"),
        ),
        "decay for its complement": (("(1.0 - 0.9)", "0.9"),),
        "average of the average": (("(shadow - v))", "(v - shadow))"),),
        "shadow starts at zero": (("tf.Variable([1.0, 2.0], trainable", "tf.Variable([0.0, 0.0], trainable"),),
        "operands of the difference swapped": (
            ("tf.reduce_sum(v) - tf.reduce_max(shadow)", "tf.reduce_max(shadow) - tf.reduce_sum(v)"),
        ),
        "average skipped": (("    shadow.assign_sub((1.0 - 0.9) * (shadow - v))\n", ""),),
    },
    forms={
        "weighted sum": (
            ("shadow.assign_sub((1.0 - 0.9) * (shadow - v))", "shadow.assign(0.9 * shadow + (1.0 - 0.9) * v)"),
        ),
        "TF2's own class": (
            (
                'shadow = tf.Variable([1.0, 2.0], trainable=False, name="v/ExponentialMovingAverage")',
                "average = tf.train.ExponentialMovingAverage(0.9)\naverage.apply([v])\nshadow = average.average(v)",
            ),
            ("    shadow.assign_sub((1.0 - 0.9) * (shadow - v))\n", "    average.apply([v])\n"),
        ),
        "eager": (("@tf.function\n", ""),),
        "read at the end": (
            (
                "print((tf.reduce_sum(v) - tf.reduce_max(shadow)).numpy())",
                "print(v.numpy().sum() - shadow.numpy().max(), (tf.reduce_sum(v) - tf.reduce_max(shadow)).numpy())",
            ),
        ),
    },
)

EAGER: Mutation = (("@tf.function\n", ""),)
FORMS: dict[str, dict[str, Mutation]] = {
    "regression": {
        "eager": EAGER,
        "Keras SGD": (
            ("\n\n\ndef compute", '\noptimizer = tf.keras.optimizers.SGD(0.05)\n\n\ndef compute'),
            ("    gw, gb = tape.gradient(loss, [w, b])\n    w.assign_sub(0.05 * gw)\n    b.assign_sub(0.05 * gb)\n", "    optimizer.apply_gradients(zip(tape.gradient(loss, [w, b]), [w, b]))\n"),
        ),
        "TF1's kernel": (("w.assign_sub(0.05 * gw)", "tf.raw_ops.ResourceApplyGradientDescent(var=w.handle, alpha=0.05, delta=gw)"),),
        "variables in another order": (
            ('w = tf.Variable(tf.random.truncated_normal([3, 1], stddev=0.5), name="w")\n', ""),
            ('name="b")\n', 'name="b")\nw = tf.Variable(tf.random.truncated_normal([3, 1], stddev=0.5), name="w")\n'),
        ),
        "no names": ((', name="w"', ""), (', name="b"', "")),
        "a function in the function": (("def compute(x, y):", "@tf.function\ndef compute(x, y):"),),
        "a signature": (("@tf.function\ndef train_step", "@tf.function(input_signature=[tf.TensorSpec([None, 3]), tf.TensorSpec([None, 1])])\ndef train_step"),),
        "a method": (
            ("@tf.function\ndef train_step(x, y):\n    with tf.GradientTape() as tape:\n        loss, _ = compute(x, y)\n    gw, gb = tape.gradient(loss, [w, b])\n    w.assign_sub(0.05 * gw)\n    b.assign_sub(0.05 * gb)\n    return loss\n",
             "class Trainer(tf.Module):\n    @tf.function\n    def step(self, x, y):\n        with tf.GradientTape() as tape:\n            loss, _ = compute(x, y)\n        gw, gb = tape.gradient(loss, [w, b])\n        w.assign_sub(0.05 * gw)\n        b.assign_sub(0.05 * gb)\n        return loss\n\n\ntrain_step = Trainer().step\n"),
        ),
        "rank of the sum": (("tf.reduce_sum(tf.square(w))", "tf.reduce_sum(w * w)"),),
    },
    "dropout_adam": {
        "evaluation without dropout": (
            ("    logits, loss = forward(x, y, keep)\n    return loss", "    logits = tf.matmul(tf.nn.relu(tf.matmul(x, w1) + b1), w2)\n    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits))\n    return loss"),
        ),
        "slots made late": (("optimizer.build([w1, b1, w2])\n", ""),),
        "a dropout layer": (("hidden = tf.nn.dropout(tf.nn.relu(tf.matmul(x, w1) + b1), rate=1 - keep)", "hidden = tf.nn.relu(tf.matmul(x, w1) + b1)\n    hidden = layer(hidden, training=training)"),
            ("def forward(x, y, keep):", "layer = tf.keras.layers.Dropout(0.25)\n\n\ndef forward(x, y, keep, training=False):"), ("_, loss = forward(x, y, keep)", "_, loss = forward(x, y, keep, True)")),
        "mean of the log": (("tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), y), tf.float32))", "tf.reduce_mean(tf.where(tf.argmax(logits, 1) == y, 1.0, 0.0))"),),
        "retraced at each call": (("train_step(data, target, tf.constant(0.75))", "train_step(data[:16], target, 0.75 if i % 2 else tf.constant(0.75))"),),
    },
    "assign": {
        "scatter for the slice": (("v[0:2].assign([7.0, 8.0])", "v.scatter_nd_update([[0], [1]], [7.0, 8.0])"),),
        "twice itself": (("v.assign(v * 2)", "v.assign_add(v)"),),
        "eager": EAGER,
        "counted in a function": (
            ("@tf.function\ndef double", "@tf.function\ndef tick():\n    count.assign_add(1)\n\n\n@tf.function\ndef double"), ("    count.assign_add(1)\nv[", "    tick()\nv["),
        ),
    },
    "interactive": {
        "eager product": (("print(c().numpy())", "print((a @ v).numpy())"), ("@tf.function\ndef c():\n    return tf.matmul(a, v)\n\n\n", "")),
        "written in parts": (("v.assign(tf.concat([a[:1], a[1:] * 2], axis=0))", "v[:1].assign(a[:1])\nv[1:].assign(a[1:] * 2)"),),
    },
    "draws": {
        "drawn where it is used": (("noise = draw()\n    other", "noise = tf.random.normal([4, 3], stddev=2.0)\n    other"),),
        "kinds in another order": (
            ("    noise = draw()\n    other = tf.random.uniform([4, 3], 1, 5)\n", "    other = tf.random.uniform([4, 3], 1, 5)\n    noise = draw()\n"),
        ),
        "one long function": (("return v.assign_add(noise + other).read_value() if False else step(noise + other)", "v.assign_add(noise + other)\n    return v.read_value()"),),
    },
    "two_losses": {
        "Keras momentum": (
            ('momentum = tf.Variable(tf.zeros([2, 1]), trainable=False, name="momentum")', "optimizer = tf.keras.optimizers.SGD(0.1, momentum=0.9)"),
            ("    momentum.assign(0.9 * momentum + gradient)\n    a.assign_sub(0.1 * momentum)\n", "    optimizer.apply_gradients([(gradient, a)])\n"),
        ),
        "TF1's momentum kernel": (
            ("    momentum.assign(0.9 * momentum + gradient)\n    a.assign_sub(0.1 * momentum)\n", "    tf.raw_ops.ResourceApplyMomentum(var=a.handle, accum=momentum.handle, lr=0.1, grad=gradient, momentum=0.9)\n"),
        ),
        "the target outside of the tape": (("    with tf.GradientTape() as tape:\n        target = tf.stop_gradient(tf.matmul(x, c))\n", "    target = tf.matmul(x, c)\n    with tf.GradientTape() as tape:\n"),),
    },
    "reset": {
        "a reset that is a function of the graph": (("def reset():", "@tf.function\ndef reset():"),),
        "eager steps": (("@tf.function\ndef step", "def step"),),
    },
    "in_function": {"variable made first": (("    w = None\n", '    w = tf.Variable(tf.keras.initializers.GlorotUniform()([2, 3]), name="net/w")\n'),)},
    "layers": {"activation by name": (('activation="tanh"', "activation=tf.nn.tanh"),)},
    "article_b": {
        "by slices": (("part1, part2 = tf.split(tf.random.normal((5, 20)), 2, axis=1)", "new = tf.random.normal((5, 20))\n    part1, part2 = new[:, :10], new[:, 10:]"),),
        "eager reads": (("@tf.function\ndef read", "def read"),),
    },
    "article_a": {"sizes by shape": (("tf.split(tf.random.normal((5, 20)), 2, axis=1)", "tf.split(tf.random.normal((5, 20)), [var1.shape[1], var2.shape[1]], axis=1)"),)},
    "article_c": {
        "without a scatter": (("    flat = tf.tensor_scatter_nd_update(tf.reshape(var1, [-1]), indices, flat_updates)\n", "    flat = flat_updates\n"),),
    },
}  # fmt: skip

PAIRS = {name.lower(): value for name, value in list(globals().items()) if isinstance(value, Pair)}
for name, forms in FORMS.items():
    PAIRS[name].forms.update(forms)
