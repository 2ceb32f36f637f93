"""One file of a parcel on its way into our vault: as it came, as it is kept."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from cryptography.utils import Buffer

from sekisho.disarm.account import Act
from sekisho.disarm.identify import HEAD_BYTES, TAIL_BYTES, ContentType, identify
from sekisho.disarm.limits import INPUT_BYTES_MAX
from sekisho.disarm.report import Report, read_report, write_report
from sekisho.kernel import names
from sekisho.kernel.errors import Refused
from sekisho.node.deposits import InVault
from sekisho.node.disarming import Plan, under_name
from sekisho.node.held import Held, hold
from sekisho.node.rechecking import Checked, Offered
from sekisho.node.tasting import Taster
from sekisho.office.transfers.letter import LetterFile
from sekisho.seal.vault import Deposited, Vault


@dataclass(frozen=True)
class Kept(InVault):
    """A file of the parcel in our vault, as the verbs of the office want it."""

    file: LetterFile
    came_bytes: int
    came_sha256: str
    content_type: str
    family: str
    deposited: Deposited
    checked: Checked
    claim: Report | None

    @property
    def path(self) -> str:
        """The name it is kept under."""
        return self.checked.path

    @property
    def outcome(self) -> str:
        """How disarming it again ended; empty where this side's route does not ask for it."""
        return self.checked.outcome

    @property
    def own(self) -> Report | None:
        """This side's own report."""
        return self.checked.own

    @property
    def own_data(self) -> builtins.bytes:
        """This side's own report as it is kept."""
        return write_report(self.own) if self.own else b""

    @property
    def found(self) -> int:
        """How many things people should judge, by this side's report if there is one."""
        report = self.own or self.claim
        return sum(row.count for row in report.of(Act.FOUND)) if report else 0


@dataclass
class Brought:
    """A file that was read out of a parcel: whole in memory, or in the vault already."""

    file: LetterFile
    bytes: int
    sha256: str
    kind: ContentType
    content: builtins.bytes | None = None
    deposited: Deposited | None = None
    claim_data: builtins.bytes = b""
    claim: Report | None = None
    checked: Checked = field(default_factory=lambda: Checked(""))

    def take_claim(self, untrusted: builtins.bytes) -> None:
        """The sender's report of this file. Raises Refused SKS-T083, InvalidInput SKS-K…."""
        if not untrusted:
            return
        if sha256(untrusted).hexdigest() != self.file.report_sha256:
            raise Refused("SKS-T083", path=names.shown(self.file.path))
        self.claim_data, self.claim = untrusted, read_report(untrusted)

    def offered(self, plan: Plan, vault: Vault) -> Offered:
        """The file, to be disarmed again."""

        def load() -> Held:
            if self.content is not None:
                return hold([self.content], INPUT_BYTES_MAX)
            if self.deposited is None:
                raise ValueError("the file was not read")
            pieces = vault.read(self.deposited.object_id, self.deposited.data_key)
            return hold(pieces, INPUT_BYTES_MAX)

        return Offered(plan, self.file, self.claim, self.bytes, self.sha256, self.kind, load)

    def rename(self, name: str) -> None:
        """It is kept under this name."""
        checked = self.checked
        own = under_name(checked.own, name) if checked.own else None
        self.checked = replace(checked, path=name, own=own)

    @property
    def waits(self) -> bool:
        """Whether something of it is still to be brought into the vault."""
        return self.content is not None or self.checked.held is not None

    def pieces(self) -> Iterable[Buffer]:
        """What is to be kept."""
        if self.checked.held is not None:
            return self.checked.held.pieces()
        return [self.content or b""]

    def lies_in(self, deposited: Deposited) -> None:
        """What is to be kept lies in the vault."""
        self.deposited, self.content = deposited, None
        self.checked.close()
        self.checked = replace(self.checked, held=None)

    def kept(self) -> Kept:
        """The file as something to be kept."""
        if self.deposited is None:
            raise ValueError("the file does not lie in the vault")
        return Kept(
            self.file,
            self.bytes,
            self.sha256,
            self.kind.name,
            self.kind.family,
            self.deposited,
            self.checked,
            self.claim,
        )


def in_memory(file: LetterFile, pieces: Iterable[Buffer]) -> Brought:
    """A file of a small parcel."""
    content = b"".join(map(bytes, pieces))
    kind = identify(content[:HEAD_BYTES], content[-TAIL_BYTES:], size=len(content))
    return Brought(file, len(content), sha256(content).hexdigest(), kind, content)


def in_vault(file: LetterFile, taster: Taster, deposited: Deposited) -> Brought:
    """A file of a large parcel."""
    kind = taster.content_type()
    return Brought(file, deposited.bytes, deposited.sha256, kind, deposited=deposited)


def reports_of(files: Sequence[Brought]) -> bytes:
    """The reports of all files of a parcel, as they are kept: for each the sender's, then ours."""
    return b"".join(
        part
        for one in files
        for part in (
            one.claim_data,
            write_report(one.checked.own) if one.checked.own is not None else b"",
        )
    )
