"""Landlock: no file, no port and no process outside can be reached by path, number or name.

A ruleset that handles every right that the running kernel knows and allows none of them.
Source: the kernel's Documentation/userspace-api/landlock.rst, ABI 1 to 7.
"""

from __future__ import annotations

import ctypes
import errno
import os

from sekisho.disarm.sandbox import kernel

_CREATE_RULESET, _RESTRICT_SELF = 444, 446  # the same on every machine
_VERSION = 1

# By ABI: how many rights to files there are (each a bit), rights to the network, and scopes.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_NETWORK_RIGHTS = {4: 2}
_SCOPES = {6: 2}


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


def abi() -> int:
    """The version of Landlock in the running kernel; 0 where there is none or it is off."""
    try:
        return kernel.syscall(_CREATE_RULESET, 0, 0, _VERSION)
    except OSError:
        return 0


def ruleset(version: int) -> tuple[int, int, int, int]:
    """Size in bytes of the structure that this ABI takes, and its three fields with all bits."""
    files, network, scopes = (
        (1 << _at(table, version)) - 1 for table in (_FILE_RIGHTS, _NETWORK_RIGHTS, _SCOPES)
    )
    size = 8 if version < 4 else 16 if version < 6 else 24
    return size, files, network, scopes


def restrict() -> int:
    """Allow this process nothing from now on. Needs no-new-privileges.

    Returns the ABI in force, 0 where the kernel has none. Raises OSError when it has one and
    refuses.
    """
    version = abi()
    if version <= 0:
        return 0
    size, *fields = ruleset(version)
    rules = _Ruleset(*fields)
    descriptor = kernel.syscall(_CREATE_RULESET, ctypes.byref(rules), size, 0)
    try:
        kernel.syscall(_RESTRICT_SELF, descriptor, 0)
    finally:
        os.close(descriptor)
    return version


def is_in_force() -> bool:
    """Whether even the root folder cannot be listed, with EACCES as Landlock says it."""
    try:
        os.close(os.open("/", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
    except OSError as error:
        return error.errno == errno.EACCES
    return False


def _at(table: dict[int, int], version: int) -> int:
    """The value of the newest row that is not newer than `version`."""
    return max((bits for since, bits in table.items() if since <= version), default=0)
