"""The letter inside a transfer's parcel: who sends what to whom, and who approved it.

It travels encrypted; docs/formats/letter-v1.md describes it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sekisho.disarm.limits import REPORT_BYTES_MAX
from sekisho.kernel import documents, limits, names
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.ids import check_id
from sekisho.office.transfers.policy import LABEL_CHARS_MAX

LETTER_ID_PREFIX = "lt"
LETTER_BYTES_MAX = 16 * limits.MIB
VERSION_MAX = 3
REPORTS_BYTES_MAX = 64 * limits.MIB
"""The reports of all files of one transfer together; they are read into memory."""
ADDRESSEES_MAX = 500
DECISIONS_MAX = 32
LOGIN_CHARS_MAX = 64
NAME_CHARS_MAX = 100
PURPOSE_CHARS_MAX = 400
LINES = "\n\r\t"
"""Control characters that a text of several lines may hold; no other text may hold any."""


@dataclass(frozen=True)
class LetterFile:
    """One file: its path as the sender named it, size in bytes, SHA-256 of the content.

    A file that was disarmed has a report, whose size and SHA-256 stand beside it; the report
    itself follows behind all files.
    """

    path: str
    bytes: int
    sha256: str
    content_type: str
    report_bytes: int = 0
    report_sha256: str = ""


@dataclass(frozen=True)
class ShownDecision:
    """A signed approval with what it takes to see whose it is (login and salt of its hash), and
    in whose place it was made."""

    event: bytes
    person: str
    salt: bytes
    acting_for: str = ""
    acting_salt: bytes = b""


@dataclass(frozen=True)
class Letter:
    """What the receiving side is told.

    `letter_id` holds 128 random bits and is kept nowhere else: ledgers and receipts name a letter
    by its digest, and without it a guess at names and files could be checked against that.
    """

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
    letter_id: str


def write_letter(letter: Letter) -> bytes:
    """The letter as bytes; the same letter always gives the same bytes.

    Without reports it is a letter of version 1; with a decision in somebody's place, of version 3.
    """
    version = 2 if any(file.report_sha256 for file in letter.files) else 1
    if any(decision.acting_for for decision in letter.decisions):
        version = 3
    return documents.write(
        {
            "v": version,
            "id": letter.letter_id,
            "transfer": letter.transfer_id,
            "sender": letter.sender,
            "sender_name": letter.sender_name,
            "addressees": list(letter.addressees),
            "purpose": letter.purpose,
            "label": letter.label,
            "timing": letter.timing,
            "files": [_file_fields(file, version) for file in letter.files],
            "decisions": [_decision_fields(one, version) for one in letter.decisions],
            "erase_after": stamp(letter.erase_after),
        }
    )


def _file_fields(file: LetterFile, version: int) -> dict[str, object]:
    fields: dict[str, object] = {
        "path": file.path,
        "bytes": file.bytes,
        "sha256": file.sha256,
        "type": file.content_type,
    }
    if version > 1:
        fields |= {"report": file.report_sha256, "report_bytes": file.report_bytes}
    return fields


def _decision_fields(one: ShownDecision, version: int) -> dict[str, object]:
    fields: dict[str, object] = {
        "event": documents.b64(one.event),
        "person": one.person,
        "salt": documents.b64(one.salt),
    }
    if version > 2:
        fields |= {"acting_for": one.acting_for, "acting_salt": documents.b64(one.acting_salt)}
    return fields


def read_letter(untrusted: bytes) -> Letter:
    """The reverse of `write_letter`.

    Raises InvalidInput SKS-K001, SKS-K002, SKS-K003, SKS-K005 or SKS-V022 (a path).
    """
    fields = documents.read(untrusted, "letter", LETTER_BYTES_MAX)
    version = fields.integer("v", minimum=1, maximum=VERSION_MAX)
    letter = Letter(
        transfer_id=fields.checked("transfer", check_id, "tr"),
        sender=_plain(fields, "sender", LOGIN_CHARS_MAX),
        sender_name=_plain(fields, "sender_name", NAME_CHARS_MAX),
        addressees=_addressees(fields),
        purpose=_plain(fields, "purpose", PURPOSE_CHARS_MAX, LINES),
        label=_plain(fields, "label", LABEL_CHARS_MAX),
        timing=fields.choice("timing", {"before", "after"}),
        files=tuple(
            _file(one, version)
            for one in fields.objects("files", items_max=limits.TRANSFER_FILES_MAX)
        ),
        decisions=tuple(
            _decision(one, version) for one in fields.objects("decisions", items_max=DECISIONS_MAX)
        ),
        erase_after=fields.moment("erase_after"),
        letter_id=fields.checked("id", check_id, LETTER_ID_PREFIX),
    )
    fields.done()
    _refuse_repeated("letter.files", [file.path for file in letter.files])
    if sum(file.report_bytes for file in letter.files) > REPORTS_BYTES_MAX:
        raise InvalidInput("SKS-K002", where="letter.files", reason="reports too large")
    documents.require_canonical(untrusted, write_letter(letter), "letter")
    return letter


def has_control(text: str, allowed: str = "") -> bool:
    """Whether there is a control character that could change what a screen shows."""
    return any(unicodedata.category(char) == "Cc" and char not in allowed for char in text)


def _plain(fields: documents.Fields, name: str, chars_max: int, allowed: str = "") -> str:
    text = fields.text(name, chars_max=chars_max)
    _refuse_control(f"letter.{name}", text, allowed)
    return text


def _addressees(fields: documents.Fields) -> tuple[str, ...]:
    found = fields.texts("addressees", items_max=ADDRESSEES_MAX, chars_max=LOGIN_CHARS_MAX)
    for login in found:
        _refuse_control("letter.addressees", login)
    _refuse_repeated("letter.addressees", found)
    return tuple(found)


def _refuse_control(where: str, text: str, allowed: str = "") -> None:
    if has_control(text, allowed):
        raise InvalidInput("SKS-K002", where=where, reason="control character")


def _refuse_repeated(where: str, values: Sequence[str]) -> None:
    if len(set(values)) != len(values):
        raise InvalidInput("SKS-K002", where=where, reason="twice")


def _file(fields: documents.Fields, version: int) -> LetterFile:
    report_bytes, report = 0, ""
    if version > 1:
        report_bytes = fields.integer("report_bytes", maximum=REPORT_BYTES_MAX)
        report = fields.text("report", pattern="(?:[0-9a-f]{64})?")
        if bool(report) != bool(report_bytes):
            raise InvalidInput("SKS-K002", where=f"{fields.where}.report", reason="bytes")
    found = LetterFile(
        path=names.check_path(fields.text("path", chars_max=limits.PATH_BYTES_MAX)),
        bytes=fields.integer("bytes", maximum=limits.FILE_BYTES_MAX),
        sha256=fields.digest("sha256"),
        content_type=_plain(fields, "type", 40),
        report_bytes=report_bytes,
        report_sha256=report,
    )
    fields.done()
    return found


def _decision(fields: documents.Fields, version: int) -> ShownDecision:
    acting_for, acting_salt = "", b""
    if version > 2:
        acting_for = _plain(fields, "acting_for", LOGIN_CHARS_MAX)
        acting_salt = fields.data("acting_salt", length=16 if acting_for else 0)
    found = ShownDecision(
        event=fields.data("event", bytes_max=20_000),
        person=_plain(fields, "person", LOGIN_CHARS_MAX),
        salt=fields.data("salt", length=16),
        acting_for=acting_for,
        acting_salt=acting_salt,
    )
    fields.done()
    return found
