"""A tar archive (POSIX.1-1988 ustar, POSIX.1-2001 pax, GNU long names), read strictly."""

from __future__ import annotations

from dataclasses import dataclass, field

from sekisho.disarm import limits
from sekisho.disarm.formats.archives.entry import Entry, decoded_name, no_content
from sekisho.disarm.work import Stopped, Work
from sekisho.kernel.limits import MIB

_BLOCK = 512
_HEADER_BYTES_MAX = 1 * MIB
_FILES, _FOLDER = b"\x0007", b"5"
_LINKS, _DEVICES = b"12", b"346"


@dataclass
class _Next:
    """What extended headers say of the entry behind them."""

    path: str | None = None
    size: int | None = None


@dataclass
class _Tar:
    content: memoryview
    work: Work
    at: int = 0
    after: _Next = field(default_factory=_Next)
    entries: list[Entry] = field(default_factory=list)


def tar_entries(content: memoryview, work: Work) -> list[Entry]:
    """Files and folders; links and devices are dropped. Raises Stopped SKS-D501, D502, D505."""
    tar = _Tar(content, work)
    while tar.at + _BLOCK <= len(content):
        header = bytes(content[tar.at : tar.at + _BLOCK])
        tar.at += _BLOCK
        if header.count(0) == _BLOCK:
            break
        _take(tar, header)
    if bytes(content[tar.at :]).strip(b"\0"):
        work.removed("archive-hidden")
    return tar.entries


def _take(tar: _Tar, header: bytes) -> None:
    tar.work.budget.member()
    if _number(header[148:156]) != sum(header) - sum(header[148:156]) + 8 * 0x20:
        raise Stopped("SKS-D501")
    kind = header[156:157]
    is_extended = kind in (b"x", b"g", b"L", b"K")
    size = _number(header[124:136]) if is_extended or tar.after.size is None else tar.after.size
    if kind in _LINKS or kind in _DEVICES or kind == _FOLDER:
        size = 0
    if size > len(tar.content) - tar.at:
        raise Stopped("SKS-D501")
    data = tar.content[tar.at : tar.at + size]
    tar.at += -(-size // _BLOCK) * _BLOCK
    if is_extended:
        _extend(tar.after, kind, data)
        return
    path = tar.after.path if tar.after.path is not None else _path(header)
    tar.after = _Next()
    _add(tar, kind, path, data)


def _add(tar: _Tar, kind: bytes, path: str, data: memoryview) -> None:
    if kind in _LINKS:
        tar.work.removed("archive-link")
    elif kind in _DEVICES:
        tar.work.removed("archive-device")
    elif kind == _FOLDER or (kind in _FILES and path.endswith("/")):
        tar.entries.append(Entry(path, True, no_content))
    elif kind in _FILES:
        if len(data) > limits.MEMBER_BYTES_MAX:
            raise Stopped("SKS-D505", bytes=len(data), allowed=limits.MEMBER_BYTES_MAX)
        tar.work.budget.expand(len(data))
        tar.entries.append(Entry(path, False, lambda: data))
    else:
        # Sparse files and the inventions of other programs.
        raise Stopped("SKS-D501")


def _path(header: bytes) -> str:
    name, prefix = header[:100].partition(b"\0")[0], header[345:500].partition(b"\0")[0]
    is_posix = header[257:263] == b"ustar\0"
    return decoded_name(prefix + b"/" + name if is_posix and prefix else name)


def _extend(after: _Next, kind: bytes, data: memoryview) -> None:
    if len(data) > _HEADER_BYTES_MAX:
        raise Stopped("SKS-D501")
    if kind == b"L":
        after.path = decoded_name(bytes(data).partition(b"\0")[0])
    elif kind == b"x":
        _read_pax(after, bytes(data))


def _read_pax(after: _Next, data: bytes) -> None:
    """Records of `length key=value` (POSIX.1-2001, pax, "pax Extended Header")."""
    while data:
        digits, space, _ = data[:20].partition(b" ")
        length = int(digits) if digits.isdigit() else 0
        record, end = data[len(digits) + 1 : length - 1], data[length - 1 : length]
        if not space or end != b"\n":
            raise Stopped("SKS-D501")
        key, _, value = record.partition(b"=")
        if key == b"path":
            after.path = decoded_name(value)
        elif key == b"size":
            if not value.isdigit() or len(value) > 20:
                raise Stopped("SKS-D501")
            after.size = int(value)
        elif key.startswith(b"GNU.sparse"):
            raise Stopped("SKS-D501")
        data = data[length:]


def _number(field: bytes) -> int:
    """An octal number, or a binary one as GNU writes large ones."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    if not all(0x30 <= byte <= 0x37 for byte in digits):
        raise Stopped("SKS-D501")
    return int(digits or b"0", 8)
