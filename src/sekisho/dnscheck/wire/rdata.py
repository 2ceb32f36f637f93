"""The data of records as text, in the forms that `answers.Record` documents."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable

from sekisho.dnscheck.wire.names import read_name
from sekisho.dnscheck.wire.rare import rare_text

Known = dict[int, str]
Reader = Callable[[bytes, int, int, Known], str]
"""Message, where the data begins and ends, names known so far. Raises ValueError, IndexError or
struct.error for what is not of its form."""

_MX = struct.Struct("!H")
_SRV = struct.Struct("!HHH")
_SOA = struct.Struct("!IIIII")
_DS = struct.Struct("!HBB")


def data_text(kind: int, message: bytes, at: int, end: int, known: Known) -> str:
    """The data between `at` and `end`."""
    read = _READERS.get(kind)
    return read(message, at, end, known) if read else rare_text(kind, message, at, end)


def _ipv4(message: bytes, at: int, end: int, _: Known) -> str:
    if end - at != 4:
        raise ValueError("an address of another length")
    return socket.inet_ntoa(message[at:end])


def _ipv6(message: bytes, at: int, end: int, _: Known) -> str:
    if end - at != 16:
        raise ValueError("an address of another length")
    return socket.inet_ntop(socket.AF_INET6, message[at:end])


def _name(message: bytes, at: int, end: int, known: Known) -> str:
    found, stop = read_name(message, at, known)
    if stop != end:
        raise ValueError("bytes after a name")
    return found


def _mx(message: bytes, at: int, end: int, known: Known) -> str:
    (preference,) = _MX.unpack_from(message, at)
    return f"{preference} {_name(message, at + 2, end, known)}"


def _srv(message: bytes, at: int, end: int, known: Known) -> str:
    priority, weight, port = _SRV.unpack_from(message, at)
    return f"{priority} {weight} {port} {_name(message, at + 6, end, known)}"


def _soa(message: bytes, at: int, end: int, known: Known) -> str:
    primary, at = read_name(message, at, known)
    person, at = read_name(message, at, known)
    numbers = _SOA.unpack_from(message, at)
    if at + _SOA.size != end:
        raise ValueError("bytes after an SOA")
    return " ".join((primary, person, *map(str, numbers)))


def _texts(message: bytes, at: int, end: int, _: Known) -> str:
    if at == end:
        raise ValueError("no text")
    parts = []
    while at < end:
        begin = at + 1
        at = begin + message[at]
        parts.append(message[begin:at])
    if at != end:
        raise ValueError("a text beyond its record")
    return shown(b"".join(parts))


def _caa(message: bytes, at: int, end: int, _: Known) -> str:
    flags, length = message[at], message[at + 1]
    stop = at + 2 + length
    tag = message[at + 2 : stop]
    if stop > end or not tag.isalnum():
        raise ValueError("a tag beyond its record")
    return f"{flags} {tag.decode().lower()} {shown(message[stop:end])}"


def _ds(message: bytes, at: int, end: int, _: Known) -> str:
    tag, algorithm, kind = _DS.unpack_from(message, at)
    digest = message[at + 4 : end]
    if not digest:
        raise ValueError("no digest")
    return f"{tag} {algorithm} {kind} {digest.hex()}"


def shown(text: bytes) -> str:
    """Bytes as text: printable ASCII as it is, the rest `\\DDD`, a backslash twice."""
    if text.isascii() and b"\\" not in text and text.decode("ascii").isprintable():
        return text.decode("ascii")
    return "".join(_character(byte) for byte in text)


def _character(byte: int) -> str:
    if byte == 0x5C:
        return "\\\\"
    return chr(byte) if 0x20 <= byte <= 0x7E else f"\\{byte:03d}"


_READERS: dict[int, Reader] = {
    1: _ipv4,
    2: _name,
    5: _name,
    6: _soa,
    12: _name,
    15: _mx,
    16: _texts,
    28: _ipv6,
    33: _srv,
    39: _name,
    43: _ds,
    59: _ds,
    99: _texts,
    257: _caa,
}
