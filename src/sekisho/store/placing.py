"""Giving a finished file its final name without ever replacing another.

A plain `rename` replaces silently. `link` followed by `unlink` does not, on local disks, NFS and
SMB mounts, and comes first. VFAT and exFAT have no links; there `renameat2(RENAME_NOREPLACE)` is
atomic. It comes second because Linux takes that flag on an SMB mount and yet has the server
replace (fs/smb/client/smb2inode.c, SMB2_OP_RENAME): it only looks first on its own machine.
Where both ways are missing the store is refused, because "look first, then rename" loses races.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Callable

from sekisho.kernel.errors import Refused

Place = Callable[[int, str, str], bool]
"""(descriptor of the folder, temporary name, final name) -> False if the final name was taken.

The temporary name is gone afterwards either way."""

_RENAME_NOREPLACE = 1
_renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)


def place(folder: int, temporary: str, final: str) -> bool:
    """By whichever way the file system offers. Raises Refused SKS-S014 if it offers none."""
    for way, not_known_here in _WAYS:
        try:
            return way(folder, temporary, final)
        except OSError as error:
            if error.errno not in not_known_here:
                raise
    raise Refused("SKS-S014")


def place_by_link(folder: int, temporary: str, final: str) -> bool:
    """A second name for the file, then away with the first. Raises OSError (EPERM, EOPNOTSUPP)."""
    try:
        os.link(temporary, final, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
        placed = True
    except FileExistsError:
        # NFS sends a request again when the answer was lost; the second one finds our own link.
        placed = os.stat(temporary, dir_fd=folder, follow_symlinks=False).st_nlink == 2
    os.unlink(temporary, dir_fd=folder)
    return placed


def place_by_rename(folder: int, temporary: str, final: str) -> bool:
    """One atomic call; Linux 3.15 and newer. Raises OSError (EINVAL where it is not known)."""
    if _renameat2 is None:
        raise OSError(errno.ENOSYS, "renameat2")
    names = (os.fsencode(temporary), os.fsencode(final))
    if _renameat2(folder, names[0], folder, names[1], _RENAME_NOREPLACE) == 0:
        return True
    number = ctypes.get_errno()
    if number != errno.EEXIST:
        raise OSError(number, os.strerror(number), final)
    os.unlink(temporary, dir_fd=folder)
    return False


_NO_RENAME = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP})
_NO_LINK = _NO_RENAME | {errno.EPERM, errno.EACCES, errno.EMLINK}
_WAYS: tuple[tuple[Place, frozenset[int]], ...] = (
    (place_by_link, _NO_LINK),
    (place_by_rename, _NO_RENAME),
)
