"""One file that proves that an entry is in a log: `c2sp.org/tlog-proof@v1`.

Source: C2SP tlog-proof. The proof holds the index, the inclusion proof and the checkpoint; the
entry itself is kept beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from sekisho.kernel import documents
from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.limits import KIB
from sekisho.ledger.body import SIZE_MAX
from sekisho.ledger.note import NOTE_BYTES_MAX
from sekisho.ledger.tree import PROOF_HASHES_MAX

PROOF_BYTES_MAX = NOTE_BYTES_MAX + 128 * KIB
EXTRA_BYTES_MAX = 64 * KIB
HEADER = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})", re.ASCII)


@dataclass(frozen=True)
class TlogProof:
    """The entry `index` is in the log of the checkpoint `note`; nothing is verified here.

    `extra` is not covered by anything; ours leave it out.
    """

    index: int
    hashes: tuple[bytes, ...]
    note: bytes
    extra: bytes | None = None

    def encode(self) -> bytes:
        """The proof as bytes."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {documents.b64(self.extra)}")
        lines.append(f"index {self.index}")
        lines += [documents.b64(one) for one in self.hashes]
        return ("\n".join(lines) + "\n\n").encode() + self.note


def read_proof(untrusted: bytes) -> TlogProof:
    """The proof that the bytes hold. Raises InvalidInput SKS-L031."""
    if len(untrusted) > PROOF_BYTES_MAX:
        _refuse("size")
    head, separator, note = untrusted.partition(b"\n\n")
    if not separator or not note or not head.isascii():
        _refuse("no checkpoint")
    lines = head.decode("ascii").split("\n")
    if lines.pop(0) != HEADER:
        _refuse("first line")
    extra = _read_extra(lines)
    index = _INDEX.fullmatch(lines.pop(0)) if lines else None
    if index is None or int(index[1]) > SIZE_MAX:
        _refuse("index")
    if len(lines) > PROOF_HASHES_MAX:
        _refuse(f"over {PROOF_HASHES_MAX} hashes")
    return TlogProof(int(index[1]), tuple(_bytes(line, 32) for line in lines), note, extra)


def _read_extra(lines: list[str]) -> bytes | None:
    if not lines or not lines[0].startswith("extra "):
        return None
    extra = _bytes(lines.pop(0).removeprefix("extra "), None)
    if len(extra) > EXTRA_BYTES_MAX:
        _refuse("extra")
    return extra


def _bytes(packed: str, length: int | None) -> bytes:
    try:
        data = documents.unb64(packed, "tlog-proof")
    except InvalidInput:
        _refuse("base64")
    if length is not None and len(data) != length:
        _refuse("hash")
    return data


def _refuse(reason: str) -> NoReturn:
    raise InvalidInput("SKS-L031", reason=reason)
