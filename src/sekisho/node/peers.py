"""Whom this node knows: the directory, the key sets of peers, their hand-overs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from sekisho.kernel import documents, dsse
from sekisho.kernel.errors import Broken, Refused
from sekisho.kernel.signing import VerifyingKeys
from sekisho.node.opening import Node
from sekisho.office.evidence.actions import record
from sekisho.office.post.models import DirectoryVersion, Handover
from sekisho.office.site.database import atomic
from sekisho.seal import directory as directories
from sekisho.seal import handover, keyfiles
from sekisho.seal.directory import Directory

WATERMARK = "directory-seen.json"


@dataclass(frozen=True)
class Peers:
    """The directory in force and every hand-over accepted since."""

    me: str
    directory: Directory
    handovers: tuple[handover.Handover, ...]

    def keys_for(self, node: str, envelope: dsse.Envelope, moment: datetime) -> VerifyingKeys:
        """The key set of `node`, valid at the moment, that the envelope says it is signed with.

        Raises Refused SKS-N028, SKS-N029 or SKS-N046. Nothing is verified yet.
        """
        candidates = self.directory.keys_of(node, moment, self.handovers)
        return handover.pick(candidates, envelope)

    def partners(self) -> tuple[str, ...]:
        """Every node that may send to us or that we may send to."""
        found = {other for pair in self.directory.links for other in pair if self.me in pair}
        return tuple(sorted(found - {self.me}))

    def require_link(self, sender: str, receiver: str, kind: str) -> None:
        """Transfers go along a link, notices along it and back. Raises Refused SKS-N030."""
        if kind == "notice" and (receiver, sender) in self.directory.links:
            return
        self.directory.require_link(sender, receiver)


def load_peers(node: Node) -> Peers:
    """The directory in force. Raises Refused SKS-C007 (none yet), SKS-N022 (expired) or Broken
    SKS-C015 (the database holds an older or another one than this node has seen)."""
    directory = newest_directory(node)
    if directory is None:
        raise Refused("SKS-C007")
    directories.require_fresh(directory, node.desk.now())
    rows = Handover.objects.order_by("node", "number")
    return Peers(node.name, directory, tuple(handover.read(bytes(row.envelope)) for row in rows))


def newest_directory(node: Node) -> Directory | None:
    """The newest directory that was accepted here, also when it has expired."""
    row = DirectoryVersion.objects.order_by("-version").first()
    seen = _seen(node)
    if row is None:
        if seen is not None:
            raise Broken("SKS-C015", seen=seen[0], found=0)
        return None
    envelope = bytes(row.envelope)
    found = (row.version, sha256(envelope).hexdigest())
    if seen is not None and (found[0] < seen[0] or (found[0] == seen[0] and found != seen)):
        raise Broken("SKS-C015", seen=seen[0], found=found[0])
    payload = dsse.decode(envelope, directories.DIRECTORY_TYPE).payload
    return replace(_document(payload), envelope=envelope)


@lru_cache(maxsize=8)
def _document(payload: bytes) -> Directory:
    """Read once: pages ask for it again and again."""
    return directories.read_document(payload)


def accept_directory(
    node: Node,
    untrusted: bytes,
    *,
    trusted: Sequence[str] = (),
    threshold: int = 1,
    through: Sequence[bytes] = (),
) -> Directory:
    """Take a directory into use, reached `through` versions that may have expired.

    Raises what `seal.directory.accept` raises.
    """
    previous, now = newest_directory(node), node.desk.now()
    if previous is not None and through:
        accepted = directories.accept_chain([*through, untrusted], previous=previous, now=now)
    else:
        accepted = directories.accept(
            untrusted,
            previous=previous,
            trusted_admins=trusted,
            trusted_threshold=threshold,
            now=now,
        )
    if previous is not None and accepted.version == previous.version:
        return accepted
    with atomic():
        DirectoryVersion.objects.create(
            version=accepted.version, envelope=accepted.envelope, accepted=node.desk.now()
        )
        data = {"version": accepted.version, "sha256": sha256(accepted.envelope).hexdigest()}
        record(node.desk, "directory.accepted", f"directory/{accepted.version}", data)
    # After the commit: killed in between, the note is older than the database, which is sound.
    _note_seen(node, accepted)
    return accepted


def accept_handover(node: Node, peers: Peers, owner: str, untrusted: bytes) -> None:
    """Take a peer's new key set into use. Raises what `seal.handover.accept` raises."""
    chain = peers.directory.chain_of(owner, peers.handovers)
    found = handover.accept(untrusted, chain, now=node.desk.now())
    with atomic():
        Handover.objects.create(
            node=owner, number=found.generation, envelope=untrusted, accepted=node.desk.now()
        )
        data = {"node": owner, "generation": found.generation, "keys": found.new.set_id}
        record(node.desk, "handover.accepted", owner, data)


def _seen(node: Node) -> tuple[int, str] | None:
    path = node.settings.keys_folder / WATERMARK
    if not path.exists():
        return None
    fields = documents.read(keyfiles.read(path), WATERMARK)
    return fields.integer("version"), fields.digest("sha256")


def _note_seen(node: Node, accepted: Directory) -> None:
    words = {"version": accepted.version, "sha256": sha256(accepted.envelope).hexdigest()}
    keyfiles.replace(node.settings.keys_folder / WATERMARK, documents.write(words))
