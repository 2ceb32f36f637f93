"""Which logs, which witnesses, and how many of them must have cosigned.

Source: C2SP tlog-policy (lines `log`, `witness`, `group`, `quorum`). A node of suite S1 has two
verifier keys as a witness; `policy_text` writes it as a group of which all must have cosigned.
Two differences: a checkpoint must be signed by *every* key listed for its origin (the
specification is content with one), and a witness's cosignature that is present but wrong counts
as missing, with the witness named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.kernel.limits import KIB
from sekisho.ledger import cosignature
from sekisho.ledger.body import Checkpoint
from sekisho.ledger.note import Note, NoteKey, SignatureType, read_vkey

POLICY_BYTES_MAX = 256 * KIB
POLICY_LINES_MAX = 1_000
POLICY_GROUPS_MAX = 128
NO_QUORUM = "none"
QUORUM_GROUP = "witnesses"


@dataclass(frozen=True)
class Group:
    """`threshold` of the members (witnesses or groups defined before) must be there."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """A policy as it was read; `quorum` names a witness, a group or `none`."""

    logs: tuple[NoteKey, ...]
    witnesses: Mapping[str, NoteKey]
    groups: Mapping[str, Group]
    quorum: str

    def required(self) -> int:
        """How many members of the quorum must be there (0 for `none`)."""
        if self.quorum == NO_QUORUM:
            return 0
        group = self.groups.get(self.quorum)
        return 1 if group is None else group.threshold

    def logs_of(self, origin: str) -> tuple[NoteKey, ...]:
        """The keys that sign checkpoints of this origin."""
        return tuple(key for key in self.logs if key.name == origin)


@dataclass(frozen=True)
class Quorum:
    """How a checkpoint stands against a policy.

    `present` and `missing` name witnesses by their key names; one name stands in both when only
    one of its two kinds of signature is there. `times` are the cosignatures' POSIX seconds.
    """

    reached: bool
    present: tuple[str, ...]
    missing: tuple[str, ...]
    times: tuple[int, ...]


def policy_text(
    logs: Sequence[NoteKey], witnesses: Sequence[Sequence[NoteKey]], threshold: int
) -> bytes:
    """A policy: these log keys, and `threshold` of the witnesses, each with all its keys.

    Raises InvalidInput SKS-L030 when there are fewer witnesses than the threshold.
    """
    if not 0 <= threshold <= len(witnesses):
        _refuse(0, "threshold")
    lines = [f"log {key.encode()}" for key in logs]
    for keys in witnesses:
        names = [f"{key.name}/{_KIND_WORDS[key.type]}" for key in keys]
        lines += [f"witness {name} {key.encode()}" for name, key in zip(names, keys, strict=True)]
        lines.append(f"group {keys[0].name} all {' '.join(names)}")
    if threshold:
        members = " ".join(keys[0].name for keys in witnesses)
        lines += [f"group {QUORUM_GROUP} {threshold} {members}", f"quorum {QUORUM_GROUP}"]
    else:
        lines.append(f"quorum {NO_QUORUM}")
    return ("\n".join(lines) + "\n").encode()


_KIND_WORDS = {
    SignatureType.COSIGNATURE_ED25519: "ed25519",
    SignatureType.COSIGNATURE_ML_DSA_44: "ml-dsa-44",
}


def read_policy(untrusted: bytes) -> Policy:
    """A policy from its text. Raises InvalidInput SKS-L030 naming the line, SKS-L021 (key)."""
    if len(untrusted) > POLICY_BYTES_MAX:
        _refuse(0, "size")
    try:
        lines = untrusted.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        _refuse(0, "not UTF-8")
    if len(lines) > POLICY_LINES_MAX:
        _refuse(0, "lines")
    reader = _Reader()
    for number, line in enumerate(lines, 1):
        reader.line(number, line)
    return reader.policy()


class _Reader:
    """Collects the lines of a policy; each may only name what stands before it."""

    def __init__(self) -> None:
        self._logs: list[NoteKey] = []
        self._witnesses: dict[str, NoteKey] = {}
        self._groups: dict[str, Group] = {}
        self._used: set[str] = set()
        self._quorum: str | None = None

    def line(self, number: int, line: str) -> None:
        if any(char < " " and char != "\t" for char in line) or "\x7f" in line:
            _refuse(number, "control character")
        words = line.replace("\t", " ").strip(" ").split(" ")
        words = [word for word in words if word]
        if not words or words[0].startswith("#"):
            return
        match words:
            case ["log", vkey] | ["log", vkey, _]:
                self._log(number, read_vkey(vkey))
            case ["witness", name, vkey] | ["witness", name, vkey, _]:
                self._witness(number, name, read_vkey(vkey))
            case ["group", name, threshold, *members] if members:
                self._group(number, name, threshold, members)
            case ["quorum", name]:
                self._set_quorum(number, name)
            case _:
                _refuse(number, "form")

    def policy(self) -> Policy:
        if self._quorum is None:
            _refuse(0, "no quorum line")
        return Policy(tuple(self._logs), self._witnesses, self._groups, self._quorum)

    def _log(self, number: int, key: NoteKey) -> None:
        if key.type not in cosignature.LOG_TYPES:
            _refuse(number, "key type")
        if any(key.public == other.public for other in self._logs):
            _refuse(number, "the same key twice")
        self._logs.append(key)

    def _witness(self, number: int, name: str, key: NoteKey) -> None:
        self._must_be_new(number, name)
        if key.type not in cosignature.WITNESS_TYPES:
            _refuse(number, "key type")
        if any(key.public == other.public for other in self._witnesses.values()):
            _refuse(number, "the same key twice")
        self._witnesses[name] = key

    def _group(self, number: int, name: str, threshold: str, members: list[str]) -> None:
        self._must_be_new(number, name)
        if len(self._groups) == POLICY_GROUPS_MAX:
            _refuse(number, f"over {POLICY_GROUPS_MAX} groups")
        for member in members:
            if not self._is_defined(member) or member in self._used:
                _refuse(number, "member")
            self._used.add(member)
        count = {"all": str(len(members)), "any": "1"}.get(threshold, threshold)
        if not (count.isascii() and count.isdecimal() and len(count) < 5):
            _refuse(number, "threshold")
        if str(int(count)) != count or not 1 <= int(count) <= len(members):
            _refuse(number, "threshold")
        self._groups[name] = Group(int(count), tuple(members))

    def _set_quorum(self, number: int, name: str) -> None:
        if self._quorum is not None or not (name == NO_QUORUM or self._is_defined(name)):
            _refuse(number, "quorum")
        self._quorum = name

    def _is_defined(self, name: str) -> bool:
        return name in self._witnesses or name in self._groups

    def _must_be_new(self, number: int, name: str) -> None:
        if name == NO_QUORUM or self._is_defined(name):
            _refuse(number, "name")


def judge_quorum(policy: Policy, note: Note, checkpoint: Checkpoint) -> Quorum:
    """Which witnesses of the policy have cosigned this checkpoint, and whether they suffice."""
    times = {name: _cosigned_at(key, note, checkpoint) for name, key in policy.witnesses.items()}

    def holds(name: str) -> bool:
        group = policy.groups.get(name)
        if group is None:
            return times[name] is not None
        return sum(holds(member) for member in group.members) >= group.threshold

    wanted = set(_witnesses_below(policy, policy.quorum))
    return Quorum(
        policy.quorum == NO_QUORUM or holds(policy.quorum),
        _key_names(policy, (name for name in wanted if times[name] is not None)),
        _key_names(policy, (name for name in wanted if times[name] is None)),
        tuple(sorted(time for time in times.values() if time is not None)),
    )


def _witnesses_below(policy: Policy, name: str) -> Iterator[str]:
    group = policy.groups.get(name)
    if group is not None:
        for member in group.members:
            yield from _witnesses_below(policy, member)
    elif name != NO_QUORUM:
        yield name


def _cosigned_at(key: NoteKey, note: Note, checkpoint: Checkpoint) -> int | None:
    try:
        return cosignature.check(key, note, checkpoint)
    except Refused:
        return None


def _key_names(policy: Policy, names: Iterator[str]) -> tuple[str, ...]:
    return tuple(sorted({policy.witnesses[name].name for name in names}))


def _refuse(line: int, reason: str) -> NoReturn:
    raise InvalidInput("SKS-L030", line=line, reason=reason)
