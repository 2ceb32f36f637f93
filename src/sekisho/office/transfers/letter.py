"""The letter inside a transfer's parcel: who sends what to whom, and who approved it.

It travels encrypted; docs/formats/letter-v1.md describes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sekisho.kernel import documents, limits
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.ids import check_id

LETTER_BYTES_MAX = 16 * limits.MIB
ADDRESSEES_MAX = 500
DECISIONS_MAX = 32


@dataclass(frozen=True)
class LetterFile:
    """One file: its path as the sender named it, size in bytes, SHA-256 of the content."""

    path: str
    bytes: int
    sha256: str
    content_type: str


@dataclass(frozen=True)
class ShownDecision:
    """A signed approval with what it takes to see whose it is (login and salt of its hash)."""

    event: bytes
    person: str
    salt: bytes


@dataclass(frozen=True)
class Letter:
    """What the receiving side is told."""

    transfer_id: str
    sender: str
    sender_name: str
    addressees: tuple[str, ...]
    purpose: str
    label: str
    timing: str
    files: tuple[LetterFile, ...]
    decisions: tuple[ShownDecision, ...]
    erase_after: datetime


def write_letter(letter: Letter) -> bytes:
    """The letter as bytes; the same letter always gives the same bytes."""
    return documents.write(
        {
            "v": 1,
            "transfer": letter.transfer_id,
            "sender": letter.sender,
            "sender_name": letter.sender_name,
            "addressees": list(letter.addressees),
            "purpose": letter.purpose,
            "label": letter.label,
            "timing": letter.timing,
            "files": [
                {"path": f.path, "bytes": f.bytes, "sha256": f.sha256, "type": f.content_type}
                for f in letter.files
            ],
            "decisions": [
                {"event": documents.b64(d.event), "person": d.person, "salt": documents.b64(d.salt)}
                for d in letter.decisions
            ],
            "erase_after": stamp(letter.erase_after),
        }
    )


def read_letter(untrusted: bytes) -> Letter:
    """The reverse of `write_letter`. Raises InvalidInput SKS-K001 or SKS-K002."""
    fields = documents.read(untrusted, "letter", LETTER_BYTES_MAX)
    fields.integer("v", minimum=1, maximum=1)
    letter = Letter(
        transfer_id=fields.checked("transfer", check_id, "tr"),
        sender=fields.text("sender", chars_max=64),
        sender_name=fields.text("sender_name", chars_max=100),
        addressees=tuple(fields.texts("addressees", items_max=ADDRESSEES_MAX, chars_max=64)),
        purpose=fields.text("purpose", chars_max=400),
        label=fields.text("label", chars_max=40),
        timing=fields.choice("timing", {"before", "after"}),
        files=tuple(
            _file(one) for one in fields.objects("files", items_max=limits.TRANSFER_FILES_MAX)
        ),
        decisions=tuple(
            _decision(one) for one in fields.objects("decisions", items_max=DECISIONS_MAX)
        ),
        erase_after=fields.moment("erase_after"),
    )
    fields.done()
    if len({file.path for file in letter.files}) != len(letter.files):
        raise InvalidInput("SKS-K002", where="letter.files", reason="path twice")
    return letter


def _file(fields: documents.Fields) -> LetterFile:
    found = LetterFile(
        path=fields.text("path", chars_max=limits.PATH_BYTES_MAX),
        bytes=fields.integer("bytes", maximum=limits.FILE_BYTES_MAX),
        sha256=fields.digest("sha256"),
        content_type=fields.text("type", chars_max=40),
    )
    fields.done()
    return found


def _decision(fields: documents.Fields) -> ShownDecision:
    found = ShownDecision(
        event=fields.data("event", bytes_max=20_000),
        person=fields.text("person", chars_max=64),
        salt=fields.data("salt", length=16),
    )
    fields.done()
    return found
