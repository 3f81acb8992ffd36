"""Fit a line with TensorFlow 1."""

from __future__ import print_function

import numpy as np
import tensorflow as tf

LEARNING_RATE = 0.05
STEPS = 200

# Points near y = 3 x + 2
rng = np.random.RandomState(0)
train_x = rng.uniform(-1, 1, size=(100, 1)).astype(np.float32)
train_y = 3 * train_x + 2 + rng.normal(scale=0.1, size=(100, 1)).astype(np.float32)

x = tf.placeholder(tf.float32, [None, 1], name="x")
y = tf.placeholder(tf.float32, [None, 1], name="y")

with tf.variable_scope("linear"):
    w = tf.get_variable("w", [1, 1], initializer=tf.zeros_initializer())
    b = tf.get_variable("b", [1], initializer=tf.zeros_initializer())

prediction = tf.matmul(x, w) + b
loss = tf.reduce_mean(tf.square(prediction - y))
train_op = tf.train.AdamOptimizer(LEARNING_RATE).minimize(loss)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(STEPS):
        _, current = sess.run([train_op, loss], feed_dict={x: train_x, y: train_y})
        if step % 50 == 0:
            print("step %3d  loss %.4f" % (step, current))
    print("w = %.3f, b = %.3f" % (sess.run(w)[0, 0], sess.run(b)[0]))
