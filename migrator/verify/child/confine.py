"""Keeping a program from writing outside its scratch folder, where the kernel can (Linux 5.13: Landlock)."""

from __future__ import annotations

import ctypes
import os

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same numbers on all architectures
WRITE = 0b1111111110010  # write and truncate a file, remove and make what a folder holds
REFER, TRUNCATE = 1 << 13, 1 << 14
BENEATH = 1
NO_NEW_PRIVS = 38
O_PATH = 0o10000000
SHARED = ("/dev", "/proc", "/tmp", "/var/tmp", "/run")


class _Ruleset(ctypes.Structure):
    _fields_ = [("handled_access_fs", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32)]


def confine(folder: str) -> bool:
    """Forbid this process, and all that it starts, to write anywhere but below some folders.

    Args:
        folder: scratch folder of the run; the folders for temporary files are free too.

    Returns:
        Whether the kernel does it.
    """
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        version = libc.syscall(CREATE_RULESET, None, 0, 1)
        if version < 1:
            return False
        access = WRITE | (REFER if version >= 2 else 0) | (TRUNCATE if version >= 3 else 0)
        ruleset = _Ruleset(access)
        rules = libc.syscall(CREATE_RULESET, ctypes.byref(ruleset), ctypes.sizeof(ruleset), 0)
        if rules < 0:
            return False
        for path in {folder, os.environ.get("TMPDIR", "/tmp"), *SHARED}:
            _allow(libc, rules, path, access)
        libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0)
        done = libc.syscall(RESTRICT_SELF, rules, 0)
        os.close(rules)
        return bool(done == 0)
    except (OSError, AttributeError):  # no such library or call
        return False


def _allow(libc: ctypes.CDLL, rules: int, path: str, access: int) -> None:
    try:
        place = os.open(path, O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    rule = _Beneath(access, place)
    libc.syscall(ADD_RULE, rules, BENEATH, ctypes.byref(rule), 0)
    os.close(place)
