"""Set two variables through their concatenation.

This is what people write first, and what TensorFlow 1 never did: what `tf.concat` gives is a tensor, not a view of the
variables, and `tf.assign` refuses it when the graph is built.
"""

from __future__ import print_function

import numpy as np
import tensorflow as tf

var1 = tf.Variable(tf.zeros([5, 10]), name="var1")
var2 = tf.Variable(tf.ones([5, 10]), name="var2")
both = tf.concat([var1, var2], axis=1)
new_value = tf.constant(np.arange(100, dtype=np.float32).reshape(5, 20))
update = tf.assign(both, new_value)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    sess.run(update)
    print(sess.run(var1))
    print(sess.run(var2))
