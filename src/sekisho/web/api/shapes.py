"""What goes in and out, as JSON. Unknown fields are refused."""

from __future__ import annotations

import json
from typing import Annotated, Any

from ninja import Path, Query, Schema
from pydantic import ConfigDict, Field

from sekisho.disarm.report import Report, write_report
from sekisho.kernel.clock import stamp
from sekisho.kernel.reasons import reason_words
from sekisho.node.reports import Told
from sekisho.office.flows.entry import CODE_PATTERN
from sekisho.office.transfers.models import Arrival, Transfer
from sekisho.office.uploads.models import Draft, Upload
from sekisho.office.uploads.queries import reasons_of, uploads_of

LIST_MAX = 500
BIGGEST = 2**53 - 1
FLOW = rf"^(?:{CODE_PATTERN})?$"
Id = Annotated[str, Path(pattern=r"^[a-z]{2}_[a-z0-9]{1,36}$")]
Number = Annotated[int, Path(ge=1, le=BIGGEST)]
Offset = Annotated[int, Query(ge=0, le=BIGGEST)]
Limit = Annotated[int, Query(ge=1, le=LIST_MAX)]
FlowCode = Annotated[str, Query(pattern=FLOW)]


class Strict(Schema):
    """Nothing beside what is named."""

    model_config = ConfigDict(extra="forbid")


class DraftIn(Strict):
    """A transfer that is prepared. With `flow` the register fills in what is left out."""

    to_node: str = Field("", pattern="^[a-z0-9-]{0,32}$")
    addressees: list[str] = Field(default_factory=list, max_length=1_000)
    purpose: str = Field("", max_length=400)
    label: str = Field("", max_length=40)
    flow: str = Field("", pattern=FLOW)


class FileIn(Strict):
    """A file that is about to come; `modified` tells a new version from the old one."""

    path: str = Field(max_length=4_096)
    bytes: int = Field(ge=0, le=BIGGEST)
    modified: str = Field("", max_length=64)


class ReasonIn(Strict):
    """Why."""

    reason: str = Field("", max_length=400)


class FileOut(Schema):
    """How far a file has come: go on at `received`."""

    file: str
    path: str
    bytes: int
    received: int
    whole: bool


class ReasonOut(Schema):
    """Why something was refused."""

    path: str
    code: str
    what: str
    next: str


class DraftOut(Schema):
    """A draft: `open`, `queued`, `refused` (see `reasons`) or `submitted` (see `transfer`)."""

    draft: str
    state: str
    stage: str
    done: int
    total: int
    transfer: str | None
    files: list[FileOut]
    reasons: list[ReasonOut]


class TransferFileOut(Schema):
    """One file of a transfer."""

    number: int
    path: str
    bytes: int
    sha256: str
    kind: str
    outcome: str


class DecisionOut(Schema):
    """What somebody decided: `approve`, `send_back`, `reject` or `confirm`."""

    verb: str
    reason: str
    made: str
    round: int


class TransferOut(Schema):
    """A transfer that leaves. `code` and `what` say what stands against it, if anything does."""

    transfer: str
    to_node: str
    purpose: str
    label: str
    state: str
    created: str
    changed: str
    code: str | None
    what: str | None
    decisions: list[DecisionOut]
    files: list[TransferFileOut]


class ToldOut(Schema):
    """What became of one file; `report` is the sender's, `own` that of the receiving side."""

    number: int
    path: str
    outcome: str
    report: dict[str, Any] | None
    own: dict[str, Any] | None


class ArrivalOut(Schema):
    """A transfer that has arrived."""

    transfer: str
    from_node: str
    sender: str
    sender_name: str
    purpose: str
    label: str
    state: str
    received: str
    erase_after: str
    files: list[TransferFileOut]


class DestinationOut(Schema):
    """Where the owner of the token may send, and what."""

    to_node: str
    labels: list[str]
    types: list[str]
    files_max: int
    file_bytes_max: int
    transfer_bytes_max: int
    approvals: int
    timing: str
    retention_days: int
    label_days: dict[str, int]


class FlowOut(Schema):
    """A regular exchange in force."""

    flow: str
    name: str
    to_node: str
    from_node: str


class HealthOut(Schema):
    """That this node answers."""

    node: str
    version: str
    time: str
    worker_seen: str | None


class ProblemOut(Schema):
    """RFC 9457, with the code of `sekisho explain`; `offset` says where a file goes on."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    ask: str
    offset: int | None = None


PROBLEMS = dict.fromkeys((400, 401, 403, 404, 405, 409, 410, 413, 416, 429, 500, 503), ProblemOut)


def file_out(upload: Upload) -> dict[str, Any]:
    """How far a file has come."""
    return {
        "file": upload.upload_id,
        "path": upload.path,
        "bytes": upload.bytes_total,
        "received": upload.bytes_received,
        "whole": upload.state == "whole",
    }


def draft_out(draft: Draft, language: str) -> dict[str, Any]:
    """How far a draft has come."""
    reasons = []
    for one in reasons_of(draft):
        told = one.error.explain(language)
        path = one.upload.path if one.upload else ""
        reasons.append({"path": path, "code": told.code, "what": told.what, "next": told.next_step})
    return {
        "draft": draft.draft_id,
        "state": draft.state,
        "stage": draft.stage,
        "done": draft.done,
        "total": draft.total,
        "transfer": draft.transfer_id or None,
        "files": [file_out(one) for one in uploads_of(draft)],
        "reasons": reasons,
    }


def _files(row: Transfer | Arrival) -> list[dict[str, Any]]:
    return [
        {
            "number": one.position + 1,
            "path": one.path,
            "bytes": one.bytes,
            "sha256": one.sha256,
            "kind": one.content_type,
            "outcome": one.outcome,
        }
        for one in row.files.all()
    ]


def told_out(told: Told) -> dict[str, Any]:
    """What became of one file."""
    return {
        "number": told.position + 1,
        "path": told.path,
        "outcome": told.outcome,
        "report": _plain(told.report),
        "own": _plain(told.own),
    }


def _plain(report: Report | None) -> Any:
    return json.loads(write_report(report)) if report else None


def transfer_out(row: Transfer) -> dict[str, Any]:
    """A transfer that leaves."""
    return {
        "transfer": row.transfer_id,
        "to_node": row.to_node,
        "purpose": row.purpose,
        "label": row.label,
        "state": row.state,
        "created": stamp(row.created),
        "changed": stamp(row.changed),
        "code": row.code or None,
        "what": reason_words(row.code) if row.code else None,
        "decisions": [
            {"verb": one.verb, "reason": one.reason, "made": stamp(one.made), "round": one.round}
            for one in row.decisions.all()
        ],
        "files": _files(row),
    }


def arrival_out(row: Arrival) -> dict[str, Any]:
    """A transfer that has arrived."""
    return {
        "transfer": row.transfer_id,
        "from_node": row.from_node,
        "sender": row.sender,
        "sender_name": row.sender_name,
        "purpose": row.purpose,
        "label": row.label,
        "state": row.state,
        "received": stamp(row.received),
        "erase_after": stamp(row.erase_after),
        "files": _files(row),
    }
