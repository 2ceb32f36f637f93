"""An upload looked at before it is submitted: its findings at once, and its result kept for then.

Report and rebuilt content lie in the vault. They are used at submission when rules and programs
are still the same; scanners look at the file once more in any case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cryptography.utils import Buffer

from sekisho.disarm.account import Entry
from sekisho.disarm.profile import Profile
from sekisho.disarm.report import Outcome, Report, read_report, write_report
from sekisho.disarm.work import Stopped
from sekisho.kernel.errors import Broken, Refused, SekishoError
from sekisho.kernel.limits import MIB
from sekisho.kernel.names import shown
from sekisho.node.disarming import Disarmer, Done, Plan
from sekisho.node.held import Held, hold
from sekisho.node.opening import Node
from sekisho.node.treating import Treated, Treatment
from sekisho.node.uploading import source_of
from sekisho.office.transfers.actions.exceptions import kinds_excepted
from sekisho.office.transfers.actions.routes import require_route
from sekisho.office.uploads import rules
from sekisho.office.uploads.actions.drafting import require_draft
from sekisho.office.uploads.actions.inspecting import keep_inspection
from sekisho.office.uploads.actions.receiving import require_upload
from sekisho.office.uploads.models import Upload
from sekisho.office.uploads.rules import UploadState
from sekisho.office.vault.actions import data_keys
from sekisho.seal.vault import Deposited, Vault


class Seen(StrEnum):
    """How far the inspection of an upload has come."""

    NOT_YET = "not_yet"
    AT_SUBMISSION = "at_submission"
    """Too large to be looked at at once, or no destination is chosen yet."""
    DONE = "done"


@dataclass(frozen=True)
class Inspection:
    """What is known of an upload: its kind, what stands against it, and the report (None where
    the route does not disarm such files)."""

    upload: Upload
    seen: Seen
    reason: Refused | None = None
    report: Report | None = None


def inspect_upload(
    node: Node, *, actor: str, upload_id: str, password: str | None = None
) -> Inspection:
    """Identify and disarm a whole upload as the route of its draft asks, in a child, and keep
    what was said. Larger files than `uploads.inspect_mib` wait for the submission.

    Raises Refused SKS-U002 to SKS-U004, SKS-U012 (not whole), SKS-T004; Unavailable when nothing
    can be disarmed now.
    """
    upload = require_upload(actor, upload_id)
    if upload.state != UploadState.WHOLE:
        raise Refused("SKS-U012", path=shown(upload.path))
    to_node = require_draft(actor, upload.draft_id).to_node
    if not to_node or upload.bytes_total > node.settings.uploads.inspect_mib * MIB:
        return Inspection(upload, Seen.AT_SUBMISSION)
    plan = Plan(require_route(node.name, to_node), kinds_excepted(node.desk, node.name, to_node))
    treated = Treatment(plan, node.disarmer, 1, password).treat(
        (upload.path, source_of(node, upload))
    )
    try:
        return _keep(node, actor, upload, treated)
    finally:
        treated.close()


def _keep(node: Node, actor: str, upload: Upload, treated: Treated) -> Inspection:
    report = treated.report
    kept: list[Deposited] = []
    if report is not None:
        sources: list[Iterable[Buffer]] = [[write_report(report)]]
        if report.outcome in (Outcome.REBUILT, Outcome.SAME):
            sources.append(treated.pieces())
        kept = node.vault.deposit_many(sources)
    try:
        row = keep_inspection(
            node.desk,
            actor=actor,
            upload_id=upload.upload_id,
            kind=treated.kind,
            reason=treated.reason,
            report=kept[0] if kept else None,
            result=kept[1] if len(kept) > 1 else None,
        )
    except SekishoError:
        for one in kept:
            node.vault.remove(one.object_id)
        raise
    return Inspection(row, Seen.DONE, _reason(row), report)


def _reason(upload: Upload) -> Refused | None:
    return rules.reason_of(upload.reason) if upload.reason else None


def inspection_of(node: Node, *, actor: str, upload_id: str) -> Inspection:
    """What an earlier inspection of this person's upload has said; nothing is disarmed.

    Raises Refused SKS-U002, Broken SKS-V010, SKS-V011, SKS-T060 (damage).
    """
    upload = require_upload(actor, upload_id)
    if not upload.kind:
        at_once = upload.bytes_total <= node.settings.uploads.inspect_mib * MIB
        return Inspection(upload, Seen.NOT_YET if at_once else Seen.AT_SUBMISSION)
    report = None
    if upload.report_object:
        key = data_keys(node.desk, [upload.report_object])[upload.report_object]
        report = _read_report(node.vault, upload.report_object, key)
    return Inspection(upload, Seen.DONE, _reason(upload), report)


def _read_report(vault: Vault, object_id: str, key: bytes) -> Report:
    return read_report(b"".join(map(bytes, vault.read(object_id, key))))


def remembering(node: Node, uploads: Sequence[Upload]) -> Disarmer | None:
    """The node's disarmer with the results that lie in the vault; None where there are none.

    The keys are read here: files are disarmed in threads that know no database.
    """
    kept = [one for one in uploads if one.report_object and one.result_object]
    if not kept:
        return None
    ids = [name for one in kept for name in (one.report_object, one.result_object)]
    keys = data_keys(node.desk, ids)
    results = [
        _Result(
            _read_report(node.vault, one.report_object, keys[one.report_object]),
            one.result_object,
            keys[one.result_object],
        )
        for one in kept
    ]
    return _Remembering(node.disarmer, node.vault, results)


@dataclass(frozen=True)
class _Result:
    report: Report
    object_id: str
    key: bytes


class _Remembering:
    """A disarmer that gives back what it has made of the same file before."""

    def __init__(self, inner: Disarmer, vault: Vault, results: Sequence[_Result]) -> None:
        self._inner = inner
        self._vault = vault
        version = inner.version()
        self._results = {
            (one.report.came_in.name, one.report.came_in.sha256, one.report.profile): one
            for one in results
            if (one.report.rules, dict(one.report.tools)) == (version[0], dict(version[1]))
        }

    def disarm(self, content: Held, name: str, by: Profile, password: str | None = None) -> Done:
        found = self._results.get((name, content.sha256, by.name))
        if found is None or not self._is_clean(content):
            return self._inner.disarm(content, name, by, password)
        return Done(found.report, self._held(found))

    def look(self, content: Held) -> tuple[Entry, ...]:
        return self._inner.look(content)

    def version(self) -> tuple[str, Mapping[str, Any]]:
        return self._inner.version()

    def close(self) -> None:
        """The node's own disarmer stays."""

    def _is_clean(self, content: Held) -> bool:
        """What scanners know may be more than it was."""
        try:
            self._inner.look(content)
        except Stopped:
            return False
        return True

    def _held(self, found: _Result) -> Held:
        out = found.report.went_out
        if out is None:
            raise Broken("SKS-V011", object=found.object_id)
        held = hold(self._vault.read(found.object_id, found.key), out.bytes)
        if held.sha256 != out.sha256:
            held.close()
            raise Broken("SKS-V011", object=found.object_id)
        return held
