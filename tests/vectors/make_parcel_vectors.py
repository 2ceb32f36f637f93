"""Make tests/vectors/parcel: parcels that must open, and parcels that must be refused with a code.

HPKE and ML-DSA are randomised, so a fresh run gives other wrapped keys and signatures; everything
else is fixed by the seeds below. `tests/engines/seal/test_parcel_vectors.py` checks that the files
are what this script describes. Run it from the root of the repository:

    python -m tests.vectors.make_parcel_vectors
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sekisho.kernel import dsse
from sekisho.kernel.clock import stamp
from sekisho.kernel.signing import SUITES, SigningKeys
from sekisho.seal import head, hpke, sealing
from sekisho.seal.parcel import PAYLOAD_TYPE, ParcelTerms, read_manifest

FOLDER = Path(__file__).parent / "parcel"
CREATED = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
SENDER, RECEIVER = "lgwan", "mynumber"


def seeded(label: str, size: int) -> bytes:
    """Test data: SHAKE-128 of the label."""
    return hashlib.shake_128(label.encode()).digest(size)


def signer(suite: str) -> SigningKeys:
    wanted = SUITES[suite]
    seeds = {kind: seeded(f"signing seed {suite} {kind}", 32) for kind in wanted.kinds}
    return SigningKeys(wanted, seeds)


def receiver_private(suite: str) -> bytes:
    """The top byte of the scalar is cleared, so that it is below the order of P-384."""
    scalar = b"\0" + seeded(f"receiver scalar {suite}", 47)
    return (seeded("receiver ML-KEM seed", 64) if suite == "S1" else b"") + scalar


@dataclass(frozen=True)
class Opens:
    """A parcel that opens. `files` are (label, bytes) of `seeded`."""

    name: str
    suite: str
    letter: str
    files: tuple[tuple[str, int], ...] = ()
    changes: dict[str, Any] = field(default_factory=dict, hash=False)
    keep_blocks: bool = True
    """False: the blocks are too large to keep; the vector has their SHA-256."""

    @property
    def parcel_id(self) -> str:
        return "pc_" + base64.b32encode(seeded(self.name, 16)).decode().rstrip("=").lower()

    @property
    def secret(self) -> sealing.SealingSecret:
        return sealing.SealingSecret(
            seeded(f"content key {self.name}", 32), seeded(f"iv {self.name}", 32)
        )

    def terms(self) -> ParcelTerms:
        values: dict[str, Any] = {
            "parcel_id": self.parcel_id,
            "suite": self.suite,
            "kind": "transfer" if self.files else "notice",
            "sender": SENDER,
            "receiver": RECEIVER,
            "receiver_key_id": f"rk-{self.suite.lower()}",
            "receiver_key_kind": "one-time",
            "created": CREATED,
            "expires": CREATED + timedelta(days=30),
            "context": {},
            "approvals": (),
        }
        return ParcelTerms(**{**values, **self.changes})

    def seal(self) -> tuple[sealing.SealedParcel, dict[str, bytes]]:
        blocks: dict[str, bytes] = {}
        contents = [seeded(label, size) for label, size in self.files]
        sealed = sealing.seal(
            self.terms(),
            self.secret,
            self.letter.encode(),
            [lambda content=content: [content] for content in contents],
            [len(content) for content in contents],
            hpke.public_of(self.suite, receiver_private(self.suite)),
            signer(self.suite),
            lambda name, data: blocks.__setitem__(name, bytes(data)),
        )
        return sealed, blocks


OPENS = (
    Opens("letter-s0", "S0", '{"note":"only a letter"}'),
    Opens("letter-s1", "S1", '{"note":"手紙だけ"}'),
    Opens("empty-letter", "S0", ""),
    Opens(
        "files-s1",
        "S1",
        '{"files":2}',
        (("first file", 1000), ("second file", 33)),
        {
            "context": {"route": "lgwan-mynumber", "class": "機密性3B", "z.quote": 'a"b\\c'},
            "approvals": (hashlib.sha256(b"1").hexdigest(), hashlib.sha256(b"2").hexdigest()),
            "receiver_key_kind": "daily",
        },
    ),
    Opens("largest-inline", "S0", "", (("inline", 262_144 - 32 - 4),)),
    Opens("smallest-block", "S0", "", (("block", 262_144 - 32 - 4 + 1),)),
    Opens("full-segment", "S0", "", (("segment", 1_048_544 - 4),), {}, False),
    Opens("two-segments", "S0", "", (("segments", 1_048_544 - 3),), {}, False),
    Opens("two-blocks", "S1", "{}", (("blocks", 20_000_000), ("end", 0)), {}, False),
)


@dataclass(frozen=True)
class Refusal:
    """How a parcel that opens becomes one that is refused: other bytes or another place."""

    name: str
    base: str
    code: str
    head: Callable[[bytes], bytes] = bytes
    place: dict[str, str] = field(default_factory=dict)


def flip(at: int) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        at_from_start = at % len(data)
        return data[:at_from_start] + bytes([data[at] ^ 1]) + data[at_from_start + 1 :]

    return change


def envelope(change: Callable[[dsse.Envelope], dsse.Envelope]) -> Callable[[bytes], bytes]:
    def changed(data: bytes) -> bytes:
        found = head.read_head(data)
        return head.write_head(change(found.envelope), found.inline)

    return changed


def resigned(suite: str, **changes: Any) -> Callable[[bytes], bytes]:
    """What only the sender itself, or who has its keys, can make."""

    def change(one: dsse.Envelope) -> dsse.Envelope:
        document = json.loads(one.payload)
        for path, value in changes.items():
            part, _, name = path.partition("__")
            (document[part] if name else document)[name or part] = value
        payload = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return signer(suite).sign(PAYLOAD_TYPE, payload.encode())

    return envelope(change)


REFUSALS = (
    Refusal("other-magic", "letter-s0", "SKS-P001", flip(15)),
    Refusal("cut-short", "letter-s0", "SKS-P002", lambda data: data[:-1]),
    Refusal("appended", "letter-s0", "SKS-P002", lambda data: data + b"\n"),
    Refusal(
        "other-type", "letter-s0", "SKS-K006", envelope(lambda e: replace(e, payload_type="x"))
    ),
    Refusal("no-signature", "letter-s0", "SKS-K007", envelope(lambda e: replace(e, signatures=()))),
    Refusal(
        "one-signature-of-two",
        "letter-s1",
        "SKS-K007",
        envelope(lambda e: replace(e, signatures=e.signatures[:1])),
    ),
    Refusal(
        "signature-too-many",
        "letter-s0",
        "SKS-P010",
        envelope(lambda e: replace(e, signatures=e.signatures * 2)),
    ),
    Refusal(
        "changed-manifest",
        "letter-s0",
        "SKS-K008",
        envelope(lambda e: replace(e, payload=e.payload.replace(b"notice", b"NOTICE"))),
    ),
    Refusal("other-place-id", "letter-s0", "SKS-P004", place={"parcel_id": "pc_" + "a" * 26}),
    Refusal("other-place-sender", "letter-s0", "SKS-P005", place={"sender": "internet"}),
    Refusal("other-place-receiver", "letter-s0", "SKS-P006", place={"receiver": "internet"}),
    Refusal("expired", "letter-s0", "SKS-P007", place={"now": "2026-05-01T09:00:00Z"}),
    Refusal("from-the-future", "letter-s0", "SKS-P008", place={"now": "2026-04-01T08:49:59Z"}),
    Refusal("unknown-field", "letter-s0", "SKS-K002", resigned("S0", more=1)),
    Refusal("other-kind", "letter-s0", "SKS-P003", resigned("S0", terms__kind="letter")),
    Refusal("other-segments", "letter-s0", "SKS-P003", resigned("S0", payload__segments=2)),
    Refusal(
        "other-inline-size",
        "letter-s0",
        "SKS-P011",
        resigned("S0", payload__bytes=40, payload__inline_bytes=72),
    ),
    Refusal("other-terms", "letter-s0", "SKS-P022", resigned("S0", terms__context={"a": "b"})),
    Refusal("other-root", "letter-s0", "SKS-P012", resigned("S0", payload__root="0" * 64)),
    Refusal("changed-length-field", "letter-s0", "SKS-P032", flip(-60)),
    Refusal("changed-ciphertext", "letter-s0", "SKS-P032", flip(-20)),
    Refusal("changed-tag", "letter-s0", "SKS-P032", flip(-1)),
)


def place_of(one: Opens) -> dict[str, str]:
    return {
        "parcel_id": one.parcel_id,
        "sender": SENDER,
        "receiver": RECEIVER,
        "now": stamp(CREATED),
    }


def keys_document() -> dict[str, Any]:
    """Both sides' keys; private halves too, as anybody may open these parcels."""
    return {
        suite: {
            "sender": {kind: b64(raw) for kind, raw in sorted(signer(suite).public.raw.items())},
            "receiver_private": b64(receiver_private(suite)),
        }
        for suite in SUITES
    }


def opens_document(
    one: Opens, sealed: sealing.SealedParcel, blocks: dict[str, bytes]
) -> dict[str, Any]:
    """The vector of a parcel that opens; small blocks go beside it as files."""
    files = [seeded(label, size) for label, size in one.files]
    return {
        "expect": "opens",
        "suite": one.suite,
        "place": place_of(one),
        "head": b64(sealed.head),
        "blocks": {name: hashlib.sha256(data).hexdigest() for name, data in blocks.items()},
        "content_key": one.secret.content_key.hex(),
        "sealing_iv_secret": one.secret.floe_iv.hex(),
        "binding": one.terms().binding().hex(),
        "letter": one.letter,
        "files": [
            {"shake128_of": label, "bytes": size, "sha256": hashlib.sha256(data).hexdigest()}
            for (label, size), data in zip(one.files, files, strict=True)
        ],
    }


def refusal_document(one: Refusal, base: dict[str, Any]) -> dict[str, Any]:
    """The vector of a parcel that is refused, made from the vector `base`."""
    return {
        "expect": one.code,
        "suite": base["suite"],
        "place": {**base["place"], **one.place},
        "head": b64(one.head(base64.b64decode(base["head"]))),
        "blocks": {},
    }


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def write(name: str, document: dict[str, Any]) -> None:
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True)
    (FOLDER / name).write_text(text + "\n", "utf-8")


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    write("keys.json", keys_document())
    bases: dict[str, dict[str, Any]] = {}
    for one in OPENS:
        sealed, blocks = one.seal()
        assert read_manifest(head.read_head(sealed.head).envelope.payload) == sealed.manifest
        bases[one.name] = opens_document(one, sealed, blocks)
        write(f"{one.name}.json", bases[one.name])
        for suffix, data in blocks.items() if one.keep_blocks else ():
            (FOLDER / f"{one.name}.{suffix}").write_bytes(data)
    for refusal in REFUSALS:
        write(f"{refusal.name}.json", refusal_document(refusal, bases[refusal.base]))


if __name__ == "__main__":
    main()
