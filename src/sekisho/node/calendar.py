"""Everything at this node that has an end: one list, by date; and as a calendar file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol

from cryptography.x509 import load_pem_x509_certificate

from sekisho.kernel.clock import JAPAN
from sekisho.kernel.errors import SekishoError
from sekisho.kernel.speech import Pair
from sekisho.node.opening import Node
from sekisho.node.peers import newest_directory
from sekisho.office.accounts.absences import absences
from sekisho.office.flows.queries import flows
from sekisho.office.flows.states import State as FlowState
from sekisho.office.notices.actions import tokens
from sekisho.office.notices.queries import tokens as every_token
from sekisho.office.post.actions import newest_use_until
from sekisho.office.transfers.actions.exceptions import in_force
from sekisho.office.transfers.queries import exceptions, uncollected_until

LINE_BYTES_MAX = 75
"""RFC 5545 3.1: longer lines are folded."""


class What(StrEnum):
    """Kinds of things that end."""

    ABSENCE = "absence"
    BASIS = "basis"
    CERTIFICATE = "certificate"
    DIRECTORY = "directory"
    EXCEPTION = "exception"
    KEYS = "keys"
    MACHINE = "machine-token"
    UNCOLLECTED = "uncollected"


WORDS: dict[str, Pair] = {
    "absence": ("代決の期間の終わり", "a deputy's time ends"),
    "basis": ("定例連携の根拠の期限", "the basis of a flow ends"),
    "certificate": ("画面の証明書の期限", "the certificate of the pages expires"),
    "directory": ("ノード名簿の期限", "the directory expires"),
    "exception": ("無害化の例外の終わり", "an exception from disarming ends"),
    "keys": ("相手に渡した受信鍵の期限", "receiver keys offered to a peer end"),
    "machine-token": ("機械用トークンの期限", "a machine token ends"),
    "uncollected": ("受け取られていない受け渡しの消去", "an uncollected transfer is erased"),
}


@dataclass(frozen=True)
class Entry:
    """One end: of what, its id or name, when, who answers for it (a login, or nobody), and words
    to tell it apart that hold nothing of any content."""

    what: str
    subject: str
    when: datetime
    owner: str = ""
    words: str = ""


class Source(Protocol):
    """A further list of ends, given by a room that this module does not know."""

    def __call__(self, node: Node, /) -> Iterable[Entry]:
        """Its entries."""
        ...


def calendar(node: Node, more: Sequence[Source] = ()) -> list[Entry]:
    """Every end that is known here, the nearest first; `more` are the lists of further rooms."""
    sources: tuple[Source, ...] = (_directory, _exceptions, _keys, _tokens, _uncollected)
    sources += (_absences, _bases, _certificate, *more)
    found = [one for source in sources for one in source(node)]
    return sorted(found, key=lambda one: (one.when, one.what, one.subject))


def _directory(node: Node) -> Iterator[Entry]:
    try:
        directory = newest_directory(node)
    except SekishoError:
        # `status` and `doctor` say that it was set back; its end means nothing then.
        return
    if directory is not None:
        yield Entry(What.DIRECTORY, str(directory.version), directory.expires)


def _exceptions(node: Node) -> Iterator[Entry]:
    for one in exceptions():
        if in_force(one, node.desk.now()):
            words = f"{one.kind} {one.from_node} → {one.to_node}"
            yield Entry(What.EXCEPTION, one.exception_id, one.until, one.owner, words)


def _keys(node: Node) -> Iterator[Entry]:
    """Until when peers may take keys of our newest batch: it is renewed while a worker runs."""
    try:
        directory = newest_directory(node)
    except SekishoError:
        return
    for peer in sorted(directory.nodes.keys() - {node.name}) if directory else ():
        until = newest_use_until(node.desk, peer)
        if until is not None:
            yield Entry(What.KEYS, peer, until)


def _tokens(node: Node) -> Iterator[Entry]:
    for one in every_token():
        if tokens.in_force(one, node.desk.now()):
            yield Entry(What.MACHINE, one.token_id, one.expires, one.owner, one.name)


def _uncollected(node: Node) -> Iterator[Entry]:
    for transfer_id, until, login in uncollected_until():
        yield Entry(What.UNCOLLECTED, transfer_id, until, login)


def _absences(node: Node) -> Iterator[Entry]:
    for one in absences():
        if one.ended is None and one.ends > node.desk.now():
            yield Entry(What.ABSENCE, one.absence_id, one.ends, one.deputy, one.person)


def _bases(node: Node) -> Iterator[Entry]:
    """Of flows in use: the moment after the last day on which their legal basis holds."""
    for one in flows(states=(FlowState.ACTIVE,)):
        if one.basis_until is not None:
            until = datetime.combine(one.basis_until + timedelta(days=1), time(), JAPAN)
            yield Entry(What.BASIS, one.code, until, one.owner, one.name)


def _certificate(node: Node) -> Iterator[Entry]:
    """Of a certificate that was given; one that the node makes for itself it renews by itself."""
    given = node.settings.web.certificate
    if given is not None and given.exists():
        found = load_pem_x509_certificate(given.read_bytes())
        yield Entry(What.CERTIFICATE, given.name, found.not_valid_after_utc)


def ics(node: Node, entries: Iterable[Entry], titles: dict[str, str]) -> bytes:
    """The list as RFC 5545; `titles` are words for each kind. The same list gives the same file."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Sekisho//Calendar//JA"]
    for one in entries:
        start = one.when.astimezone(UTC)
        title = " ".join(filter(None, (titles.get(one.what, one.what), one.words, one.subject)))
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_text(one.what)}-{_text(one.subject)}-{_text(one.owner)}@{node.name}.invalid",
            f"DTSTAMP:{_moment(start)}",
            f"DTSTART:{_moment(start)}",
            f"DTEND:{_moment(start + timedelta(minutes=30))}",
            f"SUMMARY:{_text(title)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) + b"\r\n" for line in lines)


def _moment(when: datetime) -> str:
    return when.strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    """RFC 5545 3.3.11: what has a meaning of its own is escaped, control characters go."""
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "".join(char for char in escaped.replace("\n", "\\n") if char.isprintable())


def _folded(line: str) -> bytes:
    """Lines of at most 75 bytes, never cut within a character."""
    out, room = bytearray(), LINE_BYTES_MAX
    for char in line:
        data = char.encode()
        if len(data) > room:
            out += b"\r\n "
            room = LINE_BYTES_MAX - 1
        out += data
        room -= len(data)
    return bytes(out)
