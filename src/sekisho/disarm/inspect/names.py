"""What a file is called: names that deceive are found, and a disarmed file is called what it is."""

from __future__ import annotations

import re

from sekisho.disarm.kinds import agrees, kinds
from sekisho.disarm.sets import names
from sekisho.disarm.work import Source, Work
from sekisho.kernel.names import NameNote, name_notes

_PROGRAM_FAMILY = "program"
PLACELESS_KINDS = frozenset({"empty"})

_PROGRAM_EXTENSIONS = names(
    "exe dll scr com sys pif cpl msi msp bat cmd ps1 psm1 vbs vbe js jse wsf wsh hta lnk url"
    " scf reg jar iso img vhd vhdx chm application appref-ms msc inf gadget one library-ms"
    " search-ms settingcontent-ms iqy slk xll wll py sh pl rb php"
)
"""Extensions that Windows or a reader starts as a program, whatever kind the content is."""

_BLANKS = re.compile(r"[\s\u00a0\u3000\u2800\u3164]{4,}")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LOOKALIKES = re.compile("[\u2024\u3002\uff0e\uff61\ufe52\u2044\u2215\u29f8](?=[A-Za-z0-9]{2,5}$)")
"""Full stops that are none: `請求書．exe` has no extension, `a․pdf.exe` only seems to have one."""


def judge_name(source: Source, work: Work) -> None:
    """Note what the name of a file says that its content does not."""
    name = source.untrusted_name.rpartition("/")[2]
    if NameNote.DIRECTION_MARKS in name_notes(name):
        work.found("name-direction", name)
    if _BLANKS.search(name):
        work.found("name-blanks", name)
    if _LOOKALIKES.search(name):
        work.found("name-lookalike", name)
    plain = _DIRECTION.sub("", name).rstrip(". ")
    stem, dot, extension = plain.rpartition(".")
    inner = _extension_family(stem.rstrip())
    if dot and inner is not None and inner != _extension_family(plain):
        work.found("name-double-extension", name)
    if extension.casefold() in _PROGRAM_EXTENSIONS and dot:
        work.found("name-program", name)
    if source.kind not in PLACELESS_KINDS and dot and not agrees(source.kind, plain):
        work.found("name-mismatch", name)


def disarmed_name(untrusted_name: str, kind: str, work: Work) -> str:
    """The name of the disarmed file: an extension that says another kind is put right.

    A program's extension stays in front of the right one (`run.bat` becomes `run.bat.txt`).
    Marks that reverse how a name reads go: what it ends in is then seen.
    """
    folder, slash, last = untrusted_name.rpartition("/")
    name = folder + slash + _DIRECTION.sub("", last)
    if name != untrusted_name:
        work.removed("name-direction", last)
    extensions = kinds()[kind].extensions
    if not extensions or agrees(kind, name):
        return name
    stem, dot, extension = name.rpartition(".")
    known = dot and "/" not in extension and _extension_family(name) is not None
    is_program = extension.casefold() in _PROGRAM_EXTENSIONS
    keep = not known or is_program or _extension_family(name) == _PROGRAM_FAMILY
    work.changed("name", last)
    return f"{name if keep else stem}.{extensions[0]}"


def _extension_family(name: str) -> str | None:
    """The family whose kinds are usually called so, or None for an extension not ours."""
    _, dot, extension = name.rpartition(".")
    folded = extension.casefold()
    found = (kind.family for kind in kinds().values() if folded in kind.extensions)
    return next(found, None) if dot else None
