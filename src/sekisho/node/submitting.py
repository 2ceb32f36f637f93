"""From files on the sender's disk to a submitted transfer: streamed into the vault, once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from sekisho.kernel import names
from sekisho.kernel.errors import Refused, SekishoError, SeveralRefused
from sekisho.kernel.limits import TRANSFER_FILES_MAX
from sekisho.node.backup.marker import require_serving
from sekisho.node.disarming import Disarmer, Plan
from sekisho.node.flowing import Beside, counting, under_flow
from sekisho.node.opening import Node
from sekisho.node.progress import Progress, silent
from sekisho.node.tasting import Taster
from sekisho.node.treating import Found, Keeping, Ready, Treatment
from sekisho.office.site.desk import Desk
from sekisho.office.transfers import rules
from sekisho.office.transfers.actions import sending
from sekisho.office.transfers.actions.exceptions import kinds_excepted
from sekisho.office.transfers.models import Transfer
from sekisho.office.transfers.policy import Policy
from sekisho.seal import intake
from sekisho.seal.vault import Deposited


class Keep(Protocol):
    """A verb that makes deposited files a transfer, as `sending.submit_new` does."""

    def __call__(
        self,
        desk: Desk,
        /,
        *,
        actor: str,
        draft: sending.Draft,
        files: Sequence[Ready],
        reports: Deposited | None,
        beside: Beside | None,
    ) -> Transfer: ...


def gather(paths: Sequence[Path]) -> list[Found]:
    """Every file behind the paths, with the name it travels under: folders keep their name.

    Raises what `seal.intake` raises, and Refused SKS-V024 (too many) or SKS-T048 (two files of
    one name).
    """
    found: list[Found] = []
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
    password: str | None = None,
    progress: Progress = silent,
) -> Transfer:
    """Read, judge, disarm, keep and submit.

    Raises Refused with the route's reason, or SeveralRefused with one for each file that may not
    pass; nothing is kept then.

    A file that changes while it is read is read once more, then refused. The password opens what
    is encrypted; it is used now and kept nowhere.
    """
    return submit_found(
        node, actor=actor, draft=draft, found=gather(paths), password=password, progress=progress
    )


def submit_found(
    node: Node,
    *,
    actor: str,
    draft: sending.Draft,
    found: Sequence[Found],
    password: str | None = None,
    progress: Progress = silent,
    disarmer: Disarmer | None = None,
    keep: Keep = sending.submit_new,
) -> Transfer:
    """As `submit`, for files that come from anywhere, each with the name it travels under.

    `keep` is the verb that makes a transfer of what was deposited.
    """
    require_serving(node)
    sizes = [rules.What(name, source.bytes, "*", "*") for name, source in found]
    draft = under_flow(node, draft, [name for name, _ in found])
    policy = sending.check_draft(node.desk, actor=actor, draft=draft, files=sizes, types=False)
    treatment = _treatment(node, draft, policy, password, disarmer)
    contents, reports = intake.again_if_changed(
        lambda: _kept(node, actor, draft, treatment, found, progress)
    )
    try:
        beside = counting(node, draft, contents)
        return keep(
            node.desk, actor=actor, draft=draft, files=contents, reports=reports, beside=beside
        )
    except SekishoError:
        # Anything else may have struck after the commit: objects without a row are swept later.
        for one in (*contents, *([reports] if reports else ())):
            node.vault.remove(one.object_id)
        raise


def _treatment(
    node: Node,
    draft: sending.Draft,
    policy: Policy,
    password: str | None,
    disarmer: Disarmer | None,
) -> Treatment | None:
    """How the files are disarmed, where the route asks for it."""
    if not policy.disarms:
        return None
    plan = Plan(policy, kinds_excepted(node.desk, node.name, draft.to_node))
    return Treatment(plan, disarmer or node.disarmer, node.settings.disarm.children, password)


def _kept(
    node: Node,
    actor: str,
    draft: sending.Draft,
    treatment: Treatment | None,
    found: Sequence[Found],
    progress: Progress,
) -> tuple[list[Ready], Deposited | None]:
    """The files in the vault, disarmed where the route asks for it, and their reports."""
    if treatment is None:
        return _deposit(node, found, progress), None
    try:
        return Keeping(treatment, node.vault).keep(found, progress)
    except SeveralRefused as refused:
        reasons = [reason for _, reason in refused.reasons]
        sending.record_refusal(node.desk, actor, draft, reasons)
        raise
    except Refused as refused:
        if refused.code == "SKS-T029":
            sending.record_refusal(node.desk, actor, draft, [refused])
        raise


def _deposit(node: Node, found: Sequence[Found], progress: Progress) -> list[Ready]:
    """The files as they are, streamed."""
    total = sum(source.bytes for _, source in found)
    tasters: list[Taster] = []

    def sources() -> Iterator[Taster]:
        for _, source in found:
            tasters.append(Taster(source.read()))
            yield tasters[-1]

    deposited = node.vault.deposit_many(sources(), lambda done: progress("deposit", done, total))
    kinds = [taster.content_type() for taster in tasters]
    return [
        Ready(name, kind.name, kind.family, one)
        for (name, _), kind, one in zip(found, kinds, deposited, strict=True)
    ]
