"""A handler taken over by its file: it does what the file says. Loaded by zygotes of tests only.

The file is `DO name argument`; the acts below return what came of it, which is written out, so
that a test can see that an attempt was refused.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import mmap
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable
from typing import BinaryIO

from sekisho.disarm.work import Source, Stopped, Work

BOOT = (
    "import sys; sys.path[:] = sys.argv[2:]; "
    "from tests.engines.disarm.sandbox import hostile; hostile.install(); "
    "{more}"
    "from sekisho.disarm.sandbox.zygote import main; main(int(sys.argv[1]))"
)
CONTENT, OUTPUT, ANSWER = 4, 5, 6
"""The descriptors as a child has them."""

_libc = ctypes.CDLL(None, use_errno=True)
_X86 = os.uname().machine == "x86_64"


def boot(more: str = "") -> str:
    """A zygote's program with this handler for text; `more` is run before it."""
    return BOOT.format(more=more and f"{more}; ")


def install() -> None:
    """Put this handler in the place of the one for text."""
    module = types.ModuleType("sekisho.disarm.formats.plain")
    module.rebuild = rebuild  # type: ignore[attr-defined]
    sys.modules[module.__name__] = module


def rebuild(source: Source, sink: BinaryIO, work: Work) -> str:
    """Do as told; text without an order is written as it is."""
    text = bytes(source.content).decode("utf-8", "replace")
    if not text.startswith("DO "):
        sink.write(source.content)
        return source.kind
    _, name, *rest = text.strip().split(" ", 2)
    try:
        said = ACTS[name](*rest)
    except OSError as error:
        said = f"refused {errno.errorcode[error.errno or 0]}"
    sink.write(f"{said}\n".encode())
    return "text"


def _call(x86: int, arm: int, *arguments: object) -> str:
    result = _libc.syscall(ctypes.c_long(x86 if _X86 else arm), *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
    return "done"


def _listen(path: str) -> str:
    with open(path, "rb") as file:
        return repr(file.read(200))


def _connect(family: str, address: str) -> str:
    kind = socket.SOCK_DGRAM if family == "udp" else socket.SOCK_STREAM
    with socket.socket(socket.AF_UNIX if family == "unix" else socket.AF_INET, kind) as one:
        one.connect(address if family == "unix" else ("127.0.0.1", int(address)))
    return "done"


def _fill_output() -> str:
    with os.fdopen(os.dup(OUTPUT), "wb", buffering=0) as output:
        while True:
            output.write(b"x" * 1_000_000)


def _fill_output_by_mapping() -> str:
    os.ftruncate(OUTPUT, 1 << 40)
    return "done"


def _allocate() -> str:
    # At once: to fill so much bit by bit can take longer than the computing time allowed.
    return str(len(bytearray(1 << 31)))


def _allocate_in_c() -> str:
    while True:
        if not _libc.malloc(ctypes.c_size_t(1 << 24)):
            raise MemoryError


def _spin(ignore: str = "") -> str:
    if ignore:
        signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    while True:
        pass


def _sleep() -> str:
    while True:
        time.sleep(1000)


def _leave(answer: bytes, *, code: int = 0, output: bytes = b"") -> str:
    os.ftruncate(ANSWER, 0)
    os.pwrite(ANSWER, answer, 0)
    if output:
        os.pwrite(OUTPUT, output, 0)
    os._exit(code)


def _say(text: str) -> str:
    """An answer of one's own, the output as if all were well."""
    return _leave(b"text\n" + text.encode(), output=b"x")


def _claim(text: str) -> str:
    """The same, but nothing was written out."""
    return _leave(b"text\n" + text.encode())


def _thread() -> str:
    thread = threading.Thread(target=time.sleep, args=(1000,))
    try:
        thread.start()
    except RuntimeError:
        return "refused"
    return "done"


def _write_everywhere() -> str:
    found = []
    for number in range(64):
        try:
            os.write(number, b"x")
        except OSError:
            continue
        found.append(number)
    for number, size in ((OUTPUT, 0), (ANSWER, len("text\n"))):
        os.ftruncate(number, size)
        os.lseek(number, size, os.SEEK_SET)
    return repr(found)


def _map_code() -> str:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC).close()
    return "done"


def _make_code() -> str:
    page = mmap.mmap(-1, 4096)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    if _libc.mprotect(ctypes.c_void_p(address), ctypes.c_size_t(4096), 5) < 0:
        raise OSError(ctypes.get_errno(), "")
    return "done"


def _start(how: str) -> str:
    if how == "exec":
        os.execv("/bin/true", ["true"])
    elif how == "spawn":
        os.posix_spawn("/bin/true", ["true"], {})
    elif how == "fork":
        os.fork()
    else:
        subprocess.run(["/bin/true"], check=True)
    return "done"


def _seal_output() -> str:
    fcntl.fcntl(OUTPUT, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SEAL)
    return "done"


def _signals_by_output() -> str:
    fcntl.fcntl(OUTPUT, fcntl.F_SETOWN, 1)
    return "done"


def _raise_limits() -> str:
    import resource

    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 50, 1 << 50))
    except ValueError:  # as Python says "not permitted"
        return "refused"
    return "done"


def _crash() -> str:
    ctypes.string_at(0)
    return "done"


def _stop() -> str:
    raise Stopped("SKS-D010", bytes=5)


def _fail() -> str:
    raise KeyError("a word of the file")


def _close_all() -> str:
    os.closerange(0, 64)
    return "done"


def _change_input() -> str:
    """Through a mapping, through the descriptor, and by its position, which is the child's own."""
    os.lseek(CONTENT, 3, os.SEEK_SET)
    os.write(CONTENT, b"x")
    return "done"


ACTS: dict[str, Callable[..., str]] = {
    "read": _listen,
    "list": lambda path: repr(os.listdir(path)),
    "stat": lambda path: repr(os.stat(path).st_size),
    "connect-tcp": lambda port: _connect("tcp", port),
    "connect-udp": lambda port: _connect("udp", port),
    "connect-unix": lambda path: _connect("unix", path),
    "abstract-unix": lambda: _connect("unix", "\0sekisho"),
    "environment": lambda: repr(sorted(os.environ)),
    "arguments": lambda: repr(sys.orig_argv[:4]),
    "pair": lambda: repr(socket.socketpair()),
    "memory-file": lambda: repr(os.memfd_create("x")),
    "change-input": _change_input,
    "map-code": _map_code,
    "make-code": _make_code,
    "thread": _thread,
    "raise-limits": _raise_limits,
    "seal-output": _seal_output,
    "own-output": _signals_by_output,
    "write-everywhere": _write_everywhere,
    "unknown-call": lambda: _call(9_999, 9_999),
    "start": _start,
    "ptrace": lambda: _call(101, 117, 16, os.getppid(), 0, 0),
    "read-memory": lambda: _call(310, 270, os.getppid(), 0, 0, 0, 0, 0),
    "kill-parent": lambda: repr(os.kill(os.getppid(), signal.SIGTERM)),
    "kill-all": lambda: repr(os.kill(-1, signal.SIGKILL)),
    "kill-thread": lambda: _call(234, 131, os.getppid(), os.getppid(), 9),
    "mount": lambda: _call(165, 40, b"none", b"/", b"tmpfs", 0, b""),
    "keys": lambda: _call(250, 219, 0, -3, 0),
    "bpf": lambda: _call(321, 280, 0, 0, 0),
    "ring": lambda: _call(425, 425, 1, 0),
    "user": lambda: repr(os.setuid(12345)),
    "other-numbers": lambda: _call(0x40000000 + 39, 117),
    "fill-output": _fill_output,
    "stretch-output": _fill_output_by_mapping,
    "allocate": _allocate,
    "allocate-in-c": _allocate_in_c,
    "spin": _spin,
    "sleep": _sleep,
    "say": _say,
    "claim": _claim,
    "say-much": lambda: _leave(b"text\n" + b"[" * 5_000_000, output=b"x"),
    "say-bytes": lambda: _leave(os.urandom(1000), output=b"x"),
    "say-nothing": lambda: _leave(b"", output=b"x"),
    "leave": lambda code: _leave(b"", code=int(code)),
    "crash": _crash,
    "abort": lambda: repr(os.abort()),
    "stop": _stop,
    "fail": _fail,
    "close-all": _close_all,
}
