"""Rewrites TensorFlow 1 to native TensorFlow 2 and proves it."""
