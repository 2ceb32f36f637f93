"""What the operating system says about a disk, in our codes."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from sekisho.kernel.errors import Unavailable

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def disk_errors(file: str) -> Iterator[None]:
    """Turn an OSError inside into Unavailable SKS-V012 (no room) or SKS-V013 (anything else)."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise Unavailable("SKS-V012", file=file) from error
        reason = error.strerror or type(error).__name__
        raise Unavailable("SKS-V013", file=file, reason=reason) from error
