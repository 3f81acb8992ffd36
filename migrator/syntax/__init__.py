"""Syntax helpers that know no TensorFlow."""
