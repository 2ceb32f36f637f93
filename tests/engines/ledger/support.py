"""A small town for the ledger's tests: two nodes that witness, one that keeps the log.

The documents of other engines (directory, parcel, receipt) stand here in forms of the tests' own,
behind the same ports through which the command line passes the real ones.
"""

from __future__ import annotations

import hashlib
import io
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sekisho.kernel import documents, dsse
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import SekishoError
from sekisho.kernel.ids import check_node_name
from sekisho.kernel.merkle import leaf_hash
from sekisho.kernel.signing import SUITES, SigningKeys, VerifyingKeys, read_verifying_keys
from sekisho.ledger import cosignature
from sekisho.ledger.body import Checkpoint, origin_of
from sekisho.ledger.checkpoint import add_cosignatures, sign_checkpoint
from sekisho.ledger.events import Disclosure, make_event, sign_event
from sekisho.ledger.log import Log
from sekisho.ledger.package import TRANSFER, EvidencePackage, prove_entries, write_package
from sekisho.ledger.policy import policy_text
from sekisho.ledger.rows import TABLES_SQLITE, MemoryRows, SqlRows
from sekisho.ledger.verdict import State, Verdict
from sekisho.ledger.verify import verify_package
from sekisho.ledger.views import DirectoryView, KeyPeriod, ParcelView, Readers

NODE, RECEIVER, HUB = "lgwan", "mynumber", "hub"
START = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)
EXPIRES = datetime(2027, 4, 1, tzinfo=UTC)
TRANSFER_ID = "tr_" + "a" * 26
PARCEL_ID = "pc_" + "b" * 26
ROOT, LETTER = "11" * 32, "22" * 32
DIRECTORY_TYPE = "application/vnd.sekisho.test-directory+json"
PARCEL_TYPE = "application/vnd.sekisho.test-parcel+json"
RECEIPT_TYPE = "application/vnd.sekisho.test-receipt+json"


def seeded(label: str, size: int) -> bytes:
    """Test data: SHAKE-128 of the label."""
    return hashlib.shake_128(label.encode()).digest(size)


def keys_of(label: str, suite: str = "S0") -> SigningKeys:
    """The same keys for the same label, every time."""
    wanted = SUITES[suite]
    return SigningKeys(wanted, {kind: seeded(f"{label} {kind}", 32) for kind in wanted.kinds})


class SaltShaker:
    """Salts that a test can repeat."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self) -> bytes:
        self._count += 1
        return seeded(f"salt {self._count}", 16)


def entries(count: int, start: int = 0) -> list[bytes]:
    """Entries that differ."""
    return [b"entry %d" % number for number in range(start, start + count)]


def memory_log(count: int) -> Log:
    """A log in memory with so many entries."""
    log = Log(MemoryRows())
    log.append(entries(count))
    return log


def sqlite_rows() -> tuple[sqlite3.Connection, SqlRows]:
    """An empty log in an SQLite database in memory."""
    connection = sqlite3.connect(":memory:")
    for table in TABLES_SQLITE:
        connection.execute(table)
    return connection, SqlRows(connection.cursor)


# Documents of other engines, in the tests' own forms


def write_directory(
    nodes: Mapping[str, VerifyingKeys], admins: Sequence[SigningKeys], expires: datetime = EXPIRES
) -> bytes:
    """A directory signed by these administrators."""
    payload = documents.write(
        {
            "expires": stamp(expires),
            "admins": [one.public.as_document() for one in admins],
            "nodes": [
                {"name": name, "keys": keys.as_document()} for name, keys in sorted(nodes.items())
            ],
        }
    )
    envelope = dsse.Envelope(DIRECTORY_TYPE, payload, ())
    for admin in admins:
        envelope = dsse.merged(envelope, admin.sign(DIRECTORY_TYPE, payload).signatures)
    return envelope.encode()


def read_directory(untrusted: bytes, handovers: Sequence[bytes]) -> DirectoryView:
    """The reverse; hand-overs are `{"node":…,"keys":…,"at":…}` without a signature."""
    envelope = dsse.decode(untrusted, DIRECTORY_TYPE)
    fields = documents.read(envelope.payload, "test directory")
    expires = fields.moment("expires")
    admins = [read_verifying_keys(one) for one in fields.objects("admins")]
    nodes: dict[str, tuple[KeyPeriod, ...]] = {}
    for one in fields.objects("nodes"):
        name = one.checked("name", check_node_name)
        held = read_verifying_keys(one.object("keys"))
        nodes[name] = (KeyPeriod(held, START - timedelta(days=30), None),)
    for statement in handovers:
        more = documents.read(statement, "test hand-over")
        name, at = more.text("node"), more.moment("at")
        last = nodes[name][-1]
        new = KeyPeriod(read_verifying_keys(more.object("keys")), at, None)
        nodes[name] = (*nodes[name][:-1], replace(last, valid_until=at), new)
    titles = {name: f"{name} の標題" for name in nodes}
    return DirectoryView(7, expires, _signers(envelope, admins), titles, nodes)


def _signers(envelope: dsse.Envelope, admins: Iterable[VerifyingKeys]) -> tuple[str, ...]:
    signed = []
    for admin in admins:
        try:
            admin.verify(envelope)
        except SekishoError:
            continue
        signed.append(admin.fingerprint)
    return tuple(signed)


def read_parcel(untrusted: bytes) -> ParcelView:
    """A parcel's manifest in the tests' form."""
    fields = documents.read(untrusted, "test parcel")
    view = ParcelView(
        fields.text("parcel"),
        fields.text("sender"),
        fields.text("receiver"),
        fields.text("root"),
        fields.text("key_kind"),
        fields.moment("created"),
        tuple(fields.texts("approvals", items_max=10)),
    )
    fields.done()
    return view


@dataclass(frozen=True)
class ReceiptWords:
    """A receipt in the tests' form."""

    parcel_id: str = PARCEL_ID
    transfer_id: str = TRANSFER_ID
    sender: str = NODE
    receiver: str = RECEIVER
    outcome: str = "received"
    code: str = ""
    root: str = ROOT
    letter_sha256: str = LETTER
    made: datetime = START

    def encode(self) -> bytes:
        return documents.write({**self.__dict__, "made": stamp(self.made)})


def read_receipt(untrusted: bytes) -> ReceiptWords:
    """The reverse of `ReceiptWords.encode`."""
    fields = documents.read(untrusted, "test receipt")
    names = [name for name in ReceiptWords.__dataclass_fields__ if name != "made"]
    words = ReceiptWords(**{n: fields.text(n) for n in names}, made=fields.moment("made"))
    fields.done()
    return words


READERS = Readers(read_directory, PARCEL_TYPE, read_parcel, RECEIPT_TYPE, read_receipt)


# A story: acts that are recorded, sealed, answered and packed


@dataclass(frozen=True)
class Told:
    """One act of a story."""

    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)
    hidden: Mapping[str, str] = field(default_factory=dict)
    subject: str = TRANSFER_ID


SUBMITTED = Told("transfer.submitted", {"round": 1}, {"sender": "sato", "purpose": "月次報告"})
JUDGED = Told(
    "transfer.judged",
    {"outcome": "allowed", "route": "lgwan/mynumber", "approvals_needed": 1, "timing": "before"},
)
APPROVED = Told("transfer.approved", {"round": 1}, {"actor": "suzuki", "reason": ""})
SEALED = Told(
    "transfer.sealed",
    {
        "parcel": PARCEL_ID,
        "root": ROOT,
        "receiver": RECEIVER,
        "receiver_key_kind": "one-time",
        "letter_sha256": LETTER,
    },
)
SENT = Told("transfer.sent", {"parcel": PARCEL_ID})
RECEIPTED = Told("transfer.receipted", {"parcel": PARCEL_ID, "outcome": "received", "code": ""})
STORY = (SUBMITTED, JUDGED, APPROVED, SEALED, SENT, RECEIPTED)


class Town:
    """Nodes with keys, one log with a story in it, and packages about it."""

    def __init__(self, suite: str = "S0", before: int = 3) -> None:
        self.admin = keys_of("admin", suite)
        self.keys = {name: keys_of(name, suite) for name in (NODE, RECEIVER, HUB)}
        self.rows = MemoryRows()
        self.log = Log(self.rows)
        self.salt = SaltShaker()
        self.disclosures: dict[int, tuple[Disclosure, ...]] = {}
        self.leaves: dict[int, str] = {}
        self.tell([Told("key.destroyed", {}, {}, "rk_one")] * before)

    def entry(self, told: Told, index: int) -> tuple[bytes, tuple[Disclosure, ...]]:
        """The signed event of one act."""
        payload, disclosures = make_event(
            kind=told.kind,
            node=NODE,
            time=START + timedelta(minutes=index),
            subject=told.subject,
            data=told.data,
            hidden=told.hidden,
            salt=self.salt,
        )
        return sign_event(payload, self.keys[NODE]), disclosures

    def tell(self, story: Iterable[Told]) -> list[int]:
        """Record acts; their indexes."""
        indexes = []
        for told in story:
            index = self.log.size()
            entry, disclosures = self.entry(told, index)
            self.log.append([entry])
            self.disclosures[index] = disclosures
            self.leaves[index] = leaf_hash(entry).hex()
            indexes.append(index)
        return indexes

    def directory(self) -> bytes:
        return write_directory({n: k.public for n, k in self.keys.items()}, [self.admin])

    def policy(self, threshold: int = 2) -> bytes:
        witnesses = [
            cosignature.witness_keys(name, self.keys[name].public) for name in (HUB, RECEIVER)
        ]
        return policy_text(cosignature.log_keys(NODE, self.keys[NODE].public), witnesses, threshold)

    def note(self, size: int | None = None, witnesses: Sequence[str] = (HUB, RECEIVER)) -> bytes:
        """A checkpoint, countersigned without asking (`Witness` has tests of its own)."""
        size = self.log.size() if size is None else size
        moment = START + timedelta(hours=2)
        note = sign_checkpoint(NODE, size, self.log.root(size), self.keys[NODE], moment)
        checkpoint = Checkpoint(origin_of(NODE), size, self.log.root(size))
        for name in witnesses:
            held = cosignature.witness_keys(name, self.keys[name].public)
            lines = cosignature.sign(held, self.keys[name], checkpoint, moment)
            note = add_cosignatures(note, "".join(one.line() for one in lines), held, NOW)
        return note

    def parcel(self, approvals: Sequence[str], **changes: str) -> bytes:
        """The signed manifest of the story's parcel."""
        words = {
            "parcel": PARCEL_ID,
            "sender": NODE,
            "receiver": RECEIVER,
            "root": ROOT,
            "key_kind": "one-time",
            "created": stamp(START),
            "approvals": list(approvals),
            **changes,
        }
        return self.keys[NODE].sign(PARCEL_TYPE, documents.write(words)).encode()

    def receipt(self, words: ReceiptWords = ReceiptWords(), by: str = RECEIVER) -> bytes:
        return self.keys[by].sign(RECEIPT_TYPE, words.encode()).encode()

    def package(self, indexes: Sequence[int], **changes: Any) -> EvidencePackage:
        """A package about the story, with everything in it."""
        note = changes.pop("checkpoint", None) or self.note()
        size = self.log.size()
        approvals = [self.leaves[i] for i in indexes if b"transfer.approved" in self._payload(i)]
        return replace(
            EvidencePackage(
                kind=TRANSFER,
                node=NODE,
                created=START + timedelta(hours=3),
                subject=TRANSFER_ID,
                directory=self.directory(),
                checkpoint=note,
                policy=self.policy(),
                entries=prove_entries(self.log, indexes, note, size, self.disclosures),
                parcels={PARCEL_ID: self.parcel(approvals)},
                receipts={PARCEL_ID: self.receipt()},
            ),
            **changes,
        )

    def _payload(self, index: int) -> bytes:
        entry = self.log.entries(index, index + 1)[0]
        return dsse.decode(entry, "application/vnd.sekisho.event+json").payload

    def verify(self, package: EvidencePackage | bytes | Path, **options: Any) -> Verdict:
        """The verdict of a reader who knows the administrator."""
        data = packed(package) if isinstance(package, EvidencePackage) else package
        settings: dict[str, Any] = {
            "readers": READERS,
            "trusted_admins": [self.admin.public.fingerprint],
            "now": NOW,
            **options,
        }
        return verify_package(data, **settings)


def packed(package: EvidencePackage, *, compress: bool = True) -> bytes:
    """The package as bytes."""
    out = io.BytesIO()
    write_package(package, out, compress=compress)
    return out.getvalue()


def codes(verdict: Verdict, *states: State) -> list[str | None]:
    """The codes of the lines that are bad or unknown (or in the given states)."""
    wanted = states or (State.BAD, State.UNKNOWN)
    return [line.code for line in verdict.lines if line.state in wanted]
