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
        expected: verdict of the unchanged pair.
    """

    before: str
    after: str
    wrong: dict[str, Mutation] = field(default_factory=dict)
    expected: Verdict = Verdict.PASS


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
                "    return loss\n\n\n@tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])\ndef train_c",  # noqa: E501
                "    return loss * 1.001\n\n\n@tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])\ndef train_c",  # noqa: E501
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

PAIRS = {name.lower(): value for name, value in list(globals().items()) if isinstance(value, Pair)}
