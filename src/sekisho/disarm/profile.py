"""What a disarmed file may keep. A profile is chosen by the route, never by the file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sekisho.kernel.errors import InvalidInput


class Form(StrEnum):
    """What is written: the same kind of file rebuilt, its pages as pictures, or its text."""

    REBUILD = "rebuild"
    PICTURE = "picture"
    TEXT = "text"
    PREVIEW = "preview"
    """Pictures of the first pages for an approver (`preview`); never what is sent."""


class Refusal(StrEnum):
    """What happens to an archive or a mail when one of its members is stopped."""

    STOP = "stop"
    NOTICE = "notice"


class Formulas(StrEnum):
    """What happens to a CSV cell that a spreadsheet program would calculate."""

    REPORT = "report"
    PREFIX = "prefix"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Profile:
    """The rules for one file. Whatever is not named here is decided by the format's allow-list."""

    name: str
    form: Form = Form.REBUILD
    comments: bool = True
    """Review comments and notes of documents."""
    links: bool = True
    """Links that a reader has to click (http, https, mailto). What opens by itself never stays."""
    embedded: bool = True
    """Files inside documents: disarmed by the same rules; else their picture stays alone."""
    properties: bool = True
    """Title and subject of a document. Names of people and programs never stay."""
    forms: bool = True
    """Fields that can be filled in; else they are flattened. Scripts never stay."""
    animation: bool = True
    """All frames of a moving picture; else the first."""
    marks: bool = True
    """Direction marks and invisible characters in text stay and are reported; else they go."""
    formulas: Formulas = Formulas.REPORT
    refusal: Refusal = Refusal.STOP


STANDARD = Profile("standard")
STRICT = Profile(
    "strict",
    comments=False,
    links=False,
    embedded=False,
    properties=False,
    forms=False,
    animation=False,
    marks=False,
    formulas=Formulas.PREFIX,
)
PICTURE = Profile("picture", form=Form.PICTURE, comments=False, links=False, embedded=False)
TEXT = Profile("text", form=Form.TEXT, comments=False, links=False, embedded=False, marks=False)

PREVIEW = Profile("preview", form=Form.PREVIEW)
"""No route may choose it."""

PROFILES: dict[str, Profile] = {one.name: one for one in (STANDARD, STRICT, PICTURE, TEXT)}


def profile(name: str) -> Profile:
    """The profile of that name. Raises InvalidInput SKS-D002."""
    found = PROFILES.get(name)
    if found is None:
        raise InvalidInput("SKS-D002", name=name, allowed=", ".join(PROFILES))
    return found
