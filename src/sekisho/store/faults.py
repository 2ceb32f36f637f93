"""What the operating system's errors mean for a store, in our own codes."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from sekisho.kernel.errors import Refused, SekishoError, Unavailable
from sekisho.store.protocol import NotThere

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_IN_THE_WAY = frozenset({errno.ELOOP, errno.ENOTDIR, errno.EISDIR, errno.ENXIO, errno.ENOTEMPTY})


def from_os_error(error: OSError, name: str, where: str) -> SekishoError:
    """The coded error for what the system said about the object `name` of the store `where`."""
    number = error.errno
    if number == errno.ENOENT:
        return NotThere(name)
    if number in _FULL:
        return Unavailable("SKS-S009", store=where)
    if number in _FORBIDDEN:
        return Refused("SKS-S008", store=where, name=name)
    if number in _IN_THE_WAY:
        return Refused("SKS-S015", store=where, name=name)
    return Unavailable("SKS-S007", store=where, reason=error.strerror or str(error))


@contextmanager
def coded(name: str, where: str) -> Iterator[None]:
    """Let OSError out of the block only as one of our own errors."""
    try:
        yield
    except OSError as error:
        raise from_os_error(error, name, where) from error
