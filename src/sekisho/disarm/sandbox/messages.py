"""What parent and child say to one another: strict JSON, bounded, one document each way.

The job is handed to the child with its descriptors. What the child says comes back in a memory
file that is read when the child is no more, and is judged as something a stranger wrote: first a
line with the kind of the file, written before the work began, then one document.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sekisho.disarm import limits
from sekisho.disarm.account import Act, Entry
from sekisho.disarm.engine import Disarmed
from sekisho.disarm.kinds import kinds
from sekisho.disarm.profile import Form, Formulas, Profile, Refusal
from sekisho.disarm.report import Sandbox, read_entry, read_texts, write_entry
from sekisho.disarm.words import things
from sekisho.kernel import documents
from sekisho.kernel.errors import InvalidInput, catalogue
from sekisho.kernel.names import shown

_FORMS = {"form": Form, "formulas": Formulas, "refusal": Refusal}
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_DETAILS_MAX = 16
_CODE = r"SKS-[A-Z]\d{3}"


class Said(StrEnum):
    """What a child's answer is about."""

    DONE = "done"
    STOPPED = "stopped"
    CONVERT = "convert"
    """The kind is one that somebody else has to turn into another first."""
    FAULT = "fault"
    """An exception that no format foresaw."""


@dataclass(frozen=True, slots=True)
class Job:
    """One file's work. `convert`: whether kinds of `CONVERTED_FIRST` come back unopened."""

    name: str
    profile: Profile
    password: str | None = None
    convert: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A child's answer, checked for its form; whether it is true nobody knows."""

    said: Said
    kind: str = ""
    name: str = ""
    kind_out: str = ""
    code: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()
    left_out: int = 0


def write_job(job: Job) -> bytes:
    """For the child."""
    profile = {one.name: getattr(job.profile, one.name) for one in dataclasses.fields(Profile)}
    return documents.write(
        {
            "name": job.name,
            "profile": profile,
            "password": [] if job.password is None else [job.password],
            "convert": job.convert,
        }
    )


def read_job(data: bytes) -> Job:
    """In the child, from its parent. Raises InvalidInput SKS-K001, SKS-K002."""
    fields = documents.read(data, "job", limits.JOB_BYTES_MAX)
    profile = fields.object("profile")
    values: dict[str, object] = {"name": profile.text("name")}
    for name, form in _FORMS.items():
        values[name] = form(profile.choice(name, {one.value for one in form}))
    for name in profile.names():
        values[name] = profile.flag(name)
    password = fields.texts("password", items_max=1, chars_max=limits.PASSWORD_BYTES_MAX)
    return Job(
        name=fields.text("name", chars_max=4_096),
        profile=Profile(**values),  # type: ignore[arg-type]
        password=password[0] if password else None,
        convert=fields.flag("convert"),
    )


def write_hello(sandbox: Sandbox) -> bytes:
    """What a child that is locked down and waits says of itself."""
    return documents.write({"level": sandbox.level, "parts": list(sandbox.parts)})


def read_hello(data: bytes) -> Sandbox:
    """The same in the parent: said before the child saw a file. Raises InvalidInput."""
    fields = documents.read(data, "hello", limits.JOB_BYTES_MAX)
    return Sandbox(fields.text("level", chars_max=20), tuple(fields.texts("parts", items_max=40)))


def write_kind(kind: str) -> bytes:
    """The line that stands in front of every answer."""
    return kind.encode() + b"\n"


def write_answer(said: Disarmed) -> bytes:
    """The document for what the engine said; rows at the end are left out until it fits."""
    stopped = said.stopped
    value: dict[str, object] = {
        "said": (Said.STOPPED if stopped else Said.DONE).value,
        "name": said.name,
        "kind_out": said.kind_out,
        "code": stopped.code if stopped else "",
        "detail": _detail(stopped.params) if stopped else {},
    }
    kept = len(said.entries)
    while True:
        left_out = said.left_out + sum(one.count for one in said.entries[kept:])
        rows = [write_entry(one) for one in said.entries[:kept]]
        data = documents.write({**value, "entries": rows, "left_out": left_out})
        if len(data) <= limits.ANSWER_BYTES_MAX - limits.DETAIL_CHARS_MAX or not kept:
            return data
        kept -= max(1, kept // 8)


def write_short(said: Said, detail: Mapping[str, object] | None = None) -> bytes:
    """The document for an answer that has no rows."""
    value: dict[str, object] = {
        "said": said.value,
        "name": "",
        "kind_out": "",
        "code": "",
        "entries": [],
    }
    return documents.write({**value, "detail": _detail(detail or {}), "left_out": 0})


def read_kind(untrusted: bytes) -> str:
    """The kind that the child saw, or nothing where it said none of ours."""
    head = untrusted[:80].partition(b"\n")[0].decode("ascii", "replace")
    return head if head in kinds() else ""


def read_answer(untrusted: bytes) -> Answer:
    """Every field checked. Raises InvalidInput SKS-K001, SKS-K002."""
    if len(untrusted) > limits.ANSWER_BYTES_MAX:
        raise InvalidInput("SKS-K001", what="answer", reason="too long")
    kind = read_kind(untrusted)
    fields = documents.read(untrusted.partition(b"\n")[2], "answer", limits.ANSWER_BYTES_MAX)
    answer = Answer(
        said=Said(fields.choice("said", {one.value for one in Said})),
        kind=kind,
        name=fields.text("name", chars_max=4_096),
        kind_out=fields.choice("kind_out", {"", *kinds()}),
        code=_known_code(fields.text("code", pattern=f"|{_CODE}"), "answer.code"),
        detail=_read_detail(fields),
        entries=tuple(
            _checked(read_entry(one))
            for one in fields.objects("entries", items_max=limits.ENTRIES_MAX)
        ),
        left_out=fields.integer("left_out"),
    )
    fields.done()
    _require_whole(answer)
    return answer


def _require_whole(answer: Answer) -> None:
    """An answer of its kind has the fields of its kind and no others. Raises InvalidInput."""
    done, stopped = answer.said is Said.DONE, answer.said is Said.STOPPED
    if not answer.kind and answer.said is not Said.FAULT:
        raise InvalidInput("SKS-K002", where="answer.kind", reason="unknown")
    if bool(answer.code) != stopped or bool(answer.name) != done or bool(answer.kind_out) != done:
        raise InvalidInput("SKS-K002", where="answer.said", reason="fields of another answer")


def _checked(untrusted: Entry) -> Entry:
    if untrusted.what not in things():
        raise InvalidInput("SKS-K002", where="answer.entries.what", reason="unknown")
    if untrusted.count < 1 or bool(untrusted.code) != (untrusted.act is Act.STOPPED):
        raise InvalidInput("SKS-K002", where="answer.entries", reason="form")
    return dataclasses.replace(
        untrusted,
        where=_clean(untrusted.where),
        samples=tuple(_clean(sample) for sample in untrusted.samples),
        code=_known_code(untrusted.code, "answer.entries.code"),
    )


def _read_detail(fields: documents.Fields) -> dict[str, str]:
    detail = read_texts(fields, "detail")
    if len(detail) > _DETAILS_MAX or not all(re.fullmatch("[a-z_]{1,40}", key) for key in detail):
        raise InvalidInput("SKS-K002", where="answer.detail", reason="form")
    return {key: _clean(value) for key, value in detail.items()}


def _known_code(untrusted: str, where: str) -> str:
    if untrusted and untrusted not in catalogue():
        raise InvalidInput("SKS-K002", where=where, reason="unknown")
    return untrusted


def _clean(untrusted: str) -> str:
    """One line without characters that deceive; text that is clean stays as it is."""
    if any(unicodedata.category(char) in _UNPRINTABLE for char in untrusted):
        return "".join(shown(char) for char in untrusted)[: limits.DETAIL_CHARS_MAX]
    return untrusted


def _detail(params: Mapping[str, object]) -> dict[str, str]:
    """Values as text that can be written as UTF-8, cut."""
    return {
        key: str(value)[: limits.DETAIL_CHARS_MAX].encode(errors="replace").decode()
        for key, value in params.items()
    }
