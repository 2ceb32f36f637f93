"""What LibreOffice may not ask of the kernel. It is far too large for a list of what it may."""

from __future__ import annotations

import errno
import socket

from sekisho.disarm.sandbox.rules import ALLOW, KILL, MACHINES, Step, refuse

_LOAD, _RETURN, _JUMP_EQUAL, _JUMP_AT_LEAST = 0x20, 0x06, 0x15, 0x35
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_X32 = 0x4000_0000

_REFUSED: dict[str, tuple[int, int]] = {
    # call: its numbers on x86_64 and aarch64 (-1: no such call)
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "fsmount": (432, 432),
    "unshare": (272, 97),
    "setns": (308, 268),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "acct": (163, 89),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "mknod": (133, -1),
    "mknodat": (259, 33),
    "setsid": (112, 157),
    "setpgid": (109, 154),
}
_SOCKET = (41, 198)


def deny_list(machine: str) -> list[Step]:
    """The filter for `machine`. Raises OSError for one whose numbers we do not know."""
    if machine not in MACHINES:
        raise OSError(errno.ENOSYS, machine)
    column, architecture = MACHINES[machine]
    steps = [
        Step(_LOAD, _ARCHITECTURE),
        Step(_JUMP_EQUAL, architecture, 1, 0),
        Step(_RETURN, KILL),
        Step(_LOAD, _NUMBER),
        Step(_JUMP_AT_LEAST, _X32, 0, 1),
        Step(_RETURN, KILL),
    ]
    for numbers in _REFUSED.values():
        if numbers[column] >= 0:
            steps += [
                Step(_JUMP_EQUAL, numbers[column], 0, 1),
                Step(_RETURN, refuse(errno.EPERM)),
            ]
    return [
        *steps,
        # Sockets between processes of this machine only.
        Step(_JUMP_EQUAL, _SOCKET[column], 0, 3),
        Step(_LOAD, _FIRST_ARGUMENT),
        Step(_JUMP_EQUAL, socket.AF_UNIX, 1, 0),
        Step(_RETURN, refuse(errno.EAFNOSUPPORT)),
        Step(_RETURN, ALLOW),
    ]
