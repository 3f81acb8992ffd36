"""Read a variable in the run that updates it: TensorFlow 1 does not say which comes first.

migrator leaves this program as it is and says why.
"""

from __future__ import print_function

import tensorflow as tf

count = tf.Variable(1.0, name="count")
update = tf.assign_add(count, 1.0)
doubled = count * 2.0

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    _, value = sess.run([update, doubled])
    print(value)
