"""From files on the sender's disk to a submitted transfer: streamed into the vault, once."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sekisho.kernel import names
from sekisho.kernel.errors import Refused, SekishoError
from sekisho.kernel.limits import TRANSFER_FILES_MAX
from sekisho.node.opening import Node
from sekisho.node.progress import Progress, silent
from sekisho.node.tasting import Taster
from sekisho.office.transfers import rules
from sekisho.office.transfers.actions import sending
from sekisho.office.transfers.models import Transfer
from sekisho.seal import intake
from sekisho.seal.vault import Deposited


@dataclass(frozen=True)
class _Content:
    """A file that lies in the vault, as the verbs of the office want it."""

    path: str
    content_type: str
    family: str
    deposited: Deposited

    @property
    def object_id(self) -> str:
        return self.deposited.object_id

    @property
    def data_key(self) -> builtins.bytes:
        return self.deposited.data_key

    @property
    def bytes(self) -> int:
        return self.deposited.bytes

    @property
    def sha256(self) -> str:
        return self.deposited.sha256


def gather(paths: Sequence[Path]) -> list[tuple[str, intake.SourceFile]]:
    """Every file behind the paths, with the name it travels under: folders keep their name.

    Raises what `seal.intake` raises, and Refused SKS-V024 (too many) or SKS-T048 (two files of
    one name).
    """
    found: list[tuple[str, intake.SourceFile]] = []
    for path in paths:
        whole = path.resolve() if path.name in ("", "..") else path
        if whole.is_dir() and not whole.is_symlink():
            found += [(f"{whole.name}/{one.path}", one) for one in intake.walk(whole)]
        else:
            found.append((whole.name, intake.open_source(whole.name, whole.parent)))
    if len(found) > TRANSFER_FILES_MAX:
        raise Refused("SKS-V024", what="files", most=TRANSFER_FILES_MAX)
    _refuse_doubles([name for name, _ in found])
    return found


def _refuse_doubles(paths: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for path in paths:
        key = names.collision_key(path)
        if key in seen:
            raise Refused("SKS-T048", path=names.shown(path), other=names.shown(seen[key]))
        seen[key] = path


def submit(
    node: Node,
    *,
    actor: str,
    draft: sending.Draft,
    paths: Sequence[Path],
    progress: Progress = silent,
) -> Transfer:
    """Read, judge, keep and submit. Raises Refused with the route's reason; nothing is kept then.

    A file that changes while it is read is read once more, then refused.
    """
    found = gather(paths)
    sizes = [rules.What(name, source.bytes, "*", "*") for name, source in found]
    sending.check_draft(node.desk, actor=actor, draft=draft, files=sizes, types=False)
    total = sum(source.bytes for _, source in found)
    contents = intake.again_if_changed(lambda: _deposit(node, found, total, progress))
    try:
        return sending.submit_new(node.desk, actor=actor, draft=draft, files=contents)
    except SekishoError:
        # Anything else may have struck after the commit: objects without a row are swept later.
        for content in contents:
            node.vault.remove(content.object_id)
        raise


def _report(progress: Progress, total: int, done: int) -> None:
    progress("deposit", done, total)


def _deposit(
    node: Node, found: Sequence[tuple[str, intake.SourceFile]], total: int, progress: Progress
) -> list[_Content]:
    tasters: list[Taster] = []

    def sources() -> Iterator[Taster]:
        for _, source in found:
            tasters.append(Taster(source.read()))
            yield tasters[-1]

    deposited = node.vault.deposit_many(sources(), partial(_report, progress, total))
    kinds = [taster.content_type() for taster in tasters]
    return [
        _Content(name, kind.name, kind.family, one)
        for (name, _), kind, one in zip(found, kinds, deposited, strict=True)
    ]
