"""What runs inside the interpreters of the programs: needs TensorFlow, never `migrator`; works from Python 3.7 on.

The files are loaded by `main.py` under the package name `migrator_verify_child`, so that no name of theirs can clash
with a module of the program.
"""
