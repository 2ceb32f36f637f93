"""The report of one file: what came in, what was found and done, what came out.

One canonical JSON document for each file. Who signs it, and for which file of a transfer, is said
by whoever sends it on; the engine itself has no key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sekisho.disarm import limits
from sekisho.disarm.account import Act, Entry
from sekisho.kernel import documents

REPORT_VERSION = 1
NAME_CHARS_MAX = 4_096


class Outcome(StrEnum):
    """How it ended."""

    REBUILT = "rebuilt"
    """Written anew; the bytes are others than those that came in."""
    SAME = "same"
    """Written anew, and the bytes are the same: the file was disarmed before (a fixed point)."""
    STOPPED = "stopped"
    EXCEPTED = "excepted"
    """Not disarmed: a named exception is in force, whose id stands in `detail`."""


@dataclass(frozen=True, slots=True)
class Content:
    """One side of the work: a name, a kind, a size in bytes and a SHA-256 in hexadecimal."""

    name: str
    kind: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What the child was kept from. `level` is `full`, `partial` or `none`."""

    level: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Everything there is to say about one file. `code` and `detail` only for what was stopped."""

    profile: str
    rules: str
    came_in: Content
    outcome: Outcome
    sandbox: Sandbox
    went_out: Content | None = None
    code: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()
    left_out: int = 0
    tools: Mapping[str, str] = field(default_factory=dict)

    def of(self, act: Act) -> tuple[Entry, ...]:
        """The rows of one act."""
        return tuple(entry for entry in self.entries if entry.act is act)


def write_report(report: Report) -> bytes:
    """The report in its one canonical form."""
    return documents.write(
        {
            "v": REPORT_VERSION,
            "profile": report.profile,
            "rules": report.rules,
            "in": _content(report.came_in),
            "out": [_content(report.went_out)] if report.went_out else [],
            "outcome": report.outcome.value,
            "code": report.code,
            "detail": dict(report.detail),
            "entries": [write_entry(entry) for entry in report.entries],
            "left_out": report.left_out,
            "sandbox": {"level": report.sandbox.level, "parts": list(report.sandbox.parts)},
            "tools": dict(report.tools),
        }
    )


def _content(content: Content) -> dict[str, object]:
    return {
        "name": content.name,
        "kind": content.kind,
        "bytes": content.bytes,
        "sha256": content.sha256,
    }


def write_entry(entry: Entry) -> dict[str, object]:
    """One row as the canonical JSON has it."""
    return {
        "act": entry.act.value,
        "what": entry.what,
        "where": entry.where,
        "count": entry.count,
        "samples": list(entry.samples),
        "code": entry.code,
    }


def read_report(untrusted: bytes) -> Report:
    """A report that came from elsewhere. Raises InvalidInput SKS-K001, SKS-K002."""
    fields = documents.read(untrusted, "report", limits.REPORT_BYTES_MAX)
    fields.integer("v", minimum=REPORT_VERSION, maximum=REPORT_VERSION)
    out = [_read_content(one) for one in fields.objects("out", items_max=1)]
    sandbox = fields.object("sandbox")
    report = Report(
        profile=fields.text("profile", chars_max=40),
        rules=fields.text("rules", chars_max=40),
        came_in=_read_content(fields.object("in")),
        outcome=Outcome(fields.choice("outcome", {one.value for one in Outcome})),
        sandbox=Sandbox(
            sandbox.text("level", chars_max=20),
            tuple(sandbox.texts("parts", items_max=40)),
        ),
        went_out=out[0] if out else None,
        code=fields.text("code", chars_max=12),
        detail=read_texts(fields, "detail"),
        entries=tuple(
            read_entry(one) for one in fields.objects("entries", items_max=limits.ENTRIES_MAX)
        ),
        left_out=fields.integer("left_out"),
        tools=read_texts(fields, "tools"),
    )
    sandbox.done()
    fields.done()
    documents.require_canonical(untrusted, write_report(report), "report")
    return report


def _read_content(fields: documents.Fields) -> Content:
    content = Content(
        name=fields.text("name", chars_max=NAME_CHARS_MAX),
        kind=fields.text("kind", chars_max=40),
        bytes=fields.integer("bytes"),
        sha256=fields.digest("sha256"),
    )
    fields.done()
    return content


def read_entry(fields: documents.Fields) -> Entry:
    """One row that came from elsewhere. Raises InvalidInput SKS-K002."""
    entry = Entry(
        act=Act(fields.choice("act", {one.value for one in Act})),
        what=fields.text("what", chars_max=60),
        where=fields.text("where", chars_max=8 * limits.WHERE_CHARS_MAX),
        count=fields.integer("count"),
        samples=tuple(fields.texts("samples", items_max=limits.SAMPLES_MAX)),
        code=fields.text("code", chars_max=12),
    )
    fields.done()
    return entry


def read_texts(fields: documents.Fields, name: str) -> dict[str, str]:
    """A nested object of short texts. Raises InvalidInput SKS-K002."""
    inner = fields.object(name)
    found = {key: inner.text(key, chars_max=400) for key in sorted(inner.names())}
    inner.done()
    return found
