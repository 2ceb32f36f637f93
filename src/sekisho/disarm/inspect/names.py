"""What a file is called: names that deceive are found, and a disarmed file is called what it is."""

from __future__ import annotations

from sekisho.disarm.kinds import agrees, kinds
from sekisho.disarm.work import Source, Work
from sekisho.kernel.names import NameNote, name_notes

_PROGRAM_FAMILY = "program"
PLACELESS_KINDS = frozenset({"empty"})


def judge_name(source: Source, work: Work) -> None:
    """Note what the name of a file says that its content does not."""
    name = source.untrusted_name.rpartition("/")[2]
    if NameNote.DIRECTION_MARKS in name_notes(name):
        work.found("name-direction", name)
    stem, dot, _ = name.rpartition(".")
    if dot and _extension_family(stem) not in (None, _extension_family(name)):
        work.found("name-double-extension", name)
    if source.kind not in PLACELESS_KINDS and dot and not agrees(source.kind, name):
        work.found("name-mismatch", name)


def disarmed_name(untrusted_name: str, kind: str, work: Work) -> str:
    """The name of the disarmed file (`name_for`); that it changed is noted."""
    name = name_for(untrusted_name, kind)
    if name != untrusted_name:
        work.changed("name", untrusted_name.rpartition("/")[2])
    return name


def name_for(untrusted_name: str, kind: str) -> str:
    """A name for content of a kind: an extension that says another kind is put right.

    A program's extension stays in front of the right one (`run.bat` becomes `run.bat.txt`).
    """
    extensions = kinds()[kind].extensions
    if not extensions or agrees(kind, untrusted_name):
        return untrusted_name
    stem, dot, extension = untrusted_name.rpartition(".")
    known = dot and "/" not in extension and _extension_family(untrusted_name) is not None
    keep = not known or _extension_family(untrusted_name) == _PROGRAM_FAMILY
    return f"{untrusted_name if keep else stem}.{extensions[0]}"


def _extension_family(name: str) -> str | None:
    """The family whose kinds are usually called so, or None for an extension not ours."""
    _, dot, extension = name.rpartition(".")
    folded = extension.casefold()
    found = (kind.family for kind in kinds().values() if folded in kind.extensions)
    return next(found, None) if dot else None
