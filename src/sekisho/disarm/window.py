"""The part of a file that is looked at: its first and its last bytes."""

from __future__ import annotations

from dataclasses import dataclass

from sekisho.kernel.limits import KIB

HEAD_BYTES = 64 * KIB
TAIL_BYTES = 256 * KIB
"""Room for the directory of a ZIP with some 3,000 members."""


@dataclass(frozen=True, slots=True)
class Window:
    """The first and last bytes of a file of `size` bytes; what lies between is out of view."""

    head: bytes
    tail: bytes
    size: int

    @classmethod
    def of(cls, untrusted_head: bytes, untrusted_tail: bytes, size: int) -> Window:
        """Cut to `HEAD_BYTES` and `TAIL_BYTES`; a head that is the whole file is its tail too."""
        head = bytes(untrusted_head[: min(HEAD_BYTES, size)])
        tail = head if size <= len(head) else bytes(untrusted_tail[-TAIL_BYTES:])
        return cls(head, tail, size)

    @property
    def is_whole(self) -> bool:
        """Whether the head is all there is."""
        return self.size <= len(self.head)

    @property
    def tail_start(self) -> int:
        """Where in the file the tail begins."""
        return self.size - len(self.tail)

    def rest(self, offset: int) -> bytes:
        """The bytes from `offset` on, as far as they are in view; empty when it is out of view."""
        if 0 <= offset < len(self.head):
            return self.head[offset:]
        if offset >= max(self.tail_start, 0):
            return self.tail[offset - self.tail_start :]
        return b""

    def piece(self, offset: int, length: int) -> bytes | None:
        """Exactly `length` bytes at `offset`, or None when they are not all in view."""
        data = self.rest(offset)[:length]
        return data if len(data) == length else None
