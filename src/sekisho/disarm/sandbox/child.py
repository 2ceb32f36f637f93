"""A child: locks itself down, waits for one file, works on it, says what it did, and ends.

It holds four descriptors: the socket to the parent until the job is there; then the file, a
memory file for what it writes and one for what it says.
"""

from __future__ import annotations

import errno
import mmap
import os
import signal
import socket
import traceback
from typing import NoReturn

from sekisho.disarm import limits
from sekisho.disarm.engine import disarm, kind_of
from sekisho.disarm.sandbox import messages, seclusion
from sekisho.disarm.sandbox.converting import CONVERTED_FIRST
from sekisho.disarm.sandbox.lockdown import Bounds, lock_down
from sekisho.disarm.sandbox.messages import Job, Said
from sekisho.disarm.work import Source

ANSWERED, FAULT, OUT_OF_MEMORY, OUTPUT_FULL = 0, 70, 71, 72
"""How a child ends by itself; what it says counts only with the first two."""

_STANDARD_DESCRIPTORS = 3


def live(talk: socket.socket, bounds: Bounds, secluded: list[str], zygote: int) -> NoReturn:
    """The whole life of a child, from just after the fork."""
    code = FAULT
    try:
        seclusion.die_with(zygote)
        os.setpgid(0, 0)
        for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        talk = _keep_only(talk)
        sandbox = lock_down(bounds, secluded)
        os.write(talk.fileno(), messages.write_hello(sandbox))
        code = _wait_and_work(talk)
    except MemoryError:
        code = OUT_OF_MEMORY
    finally:
        # Never back into the loop of the zygote whose copy this is, whatever was raised.
        os._exit(code)


def _keep_only(talk: socket.socket) -> socket.socket:
    """Close what the zygote had open; what is left are /dev/null three times and the socket."""
    number = os.dup2(talk.fileno(), _STANDARD_DESCRIPTORS, inheritable=False)
    talk.detach()
    os.closerange(number + 1, os.sysconf("SC_OPEN_MAX"))
    return socket.socket(fileno=number)


def _wait_and_work(talk: socket.socket) -> int:
    data, descriptors, _, _ = socket.recv_fds(talk, limits.JOB_BYTES_MAX, 3)
    if not data:
        return ANSWERED  # not needed any more
    content, output, answer = descriptors
    talk.close()
    try:
        os.write(answer, _work(messages.read_job(data), content, output, answer))
    except MemoryError:
        return OUT_OF_MEMORY
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.EFBIG:
            return OUTPUT_FULL
        # A trap of the file or a fault of ours: where, for whoever looks into it; never what.
        if not os.lseek(answer, 0, os.SEEK_CUR):
            os.write(answer, messages.write_kind(""))
        os.write(answer, messages.write_short(Said.FAULT, {"fault": _place(error)}))
        return FAULT
    return ANSWERED


def _work(job: Job, content: int, output: int, answer: int) -> bytes:
    source = Source(_mapped(content), job.name)
    kind = kind_of(source)
    os.write(answer, messages.write_kind(kind))
    if job.convert and kind in CONVERTED_FIRST:
        return messages.write_short(Said.CONVERT)
    with os.fdopen(output, "w+b") as sink:
        said = disarm(source, sink, job.profile, job.password)
    return messages.write_answer(said)


def _mapped(content: int) -> memoryview:
    size = os.fstat(content).st_size
    if not size:
        return memoryview(b"")
    return memoryview(mmap.mmap(content, size, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ))


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [one for one in frames if "sekisho" in one.filename] or list(frames)
    place = f" {ours[-1].filename.rpartition('/')[2]}:{ours[-1].lineno}" if ours else ""
    return f"{type(error).__name__}{place}"[: limits.FAULT_CHARS_MAX]
