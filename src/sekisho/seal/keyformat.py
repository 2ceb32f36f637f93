"""What stands in a key file: one set of signing seeds, whose they are, and a check of wholeness."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sekisho.kernel import documents
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import Broken, InvalidInput, Refused
from sekisho.kernel.signing import SEED_BYTES, SUITES, SigningKeys, SigningSuite
from sekisho.seal import keyfiles

FORMAT = "sekisho-key-file-v1"
NAME_CHARS_MAX = 100
GENERATION_MAX = 9_999
OWNERS = frozenset({"node", "administrator"})


@dataclass(frozen=True)
class HeldKeys:
    """One key file's content. `owner` is the kind of owner, `name` which node or person."""

    owner: str
    name: str
    signing: SigningKeys
    created: datetime
    generation: int


def suite_named(name: str) -> SigningSuite:
    """The signing suite `S0` or `S1`. Raises InvalidInput SKS-N013."""
    if name not in SUITES:
        raise InvalidInput("SKS-N013", suite=name[:20])
    return SUITES[name]


def write(path: Path, held: HeldKeys) -> None:
    """Write a key file that does not exist yet. Raises Refused SKS-N003, Unavailable SKS-N005."""
    keyfiles.write_new(path, encode(held))


def read(path: Path, owner: str) -> HeldKeys:
    """The content of a key file.

    Raises Broken SKS-N001 or SKS-N004, Refused SKS-N002 or SKS-N006 (open to others, another
    owner of the file) or SKS-N010 (keys of another kind of owner).
    """
    data = keyfiles.read(path)
    try:
        found, set_id = _parse(data)
    except InvalidInput as error:
        # Only the code: the details could quote a damaged secret.
        raise Broken("SKS-N004", file=str(path), reason=error.code) from None
    if found.signing.public.set_id != set_id:
        raise Broken("SKS-N004", file=str(path), reason="set_id")
    if found.owner != owner:
        raise Refused("SKS-N010", file=str(path), expected=owner, found=found.owner)
    return found


def encode(held: HeldKeys) -> bytes:
    """The bytes of a key file; whoever has them can sign."""
    seeds = {kind: documents.b64(seed) for kind, seed in held.signing.seeds.items()}
    return documents.write(
        {
            "format": FORMAT,
            "owner": held.owner,
            "name": held.name,
            "generation": held.generation,
            "created": stamp(held.created),
            "suite": held.signing.suite.name,
            "set_id": held.signing.public.set_id,
            "seeds": seeds,
        }
    )


def _parse(data: bytes) -> tuple[HeldKeys, str]:
    fields = documents.read(data, "key file", keyfiles.KEY_FILE_BYTES_MAX)
    fields.choice("format", {FORMAT})
    suite = SUITES[fields.choice("suite", set(SUITES))]
    inner = fields.object("seeds")
    seeds = {kind: inner.data(kind, length=SEED_BYTES) for kind in suite.kinds}
    inner.done()
    held = HeldKeys(
        owner=fields.choice("owner", OWNERS),
        name=fields.text("name", chars_max=NAME_CHARS_MAX),
        signing=SigningKeys(suite, seeds),
        created=fields.moment("created"),
        generation=fields.integer("generation", maximum=GENERATION_MAX),
    )
    set_id = fields.text("set_id", pattern="[0-9a-f]{16}")
    fields.done()
    return held, set_id
