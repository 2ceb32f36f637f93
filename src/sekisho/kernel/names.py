"""Names of files: kept as the sender wrote them, made safe where they are written to a disk.

A name travels exactly as it is, also when it is decomposed (NFD, as macOS writes it) or could not
exist on Windows. Only `safe_name` decides what it is called on the collecting side.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum

from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.limits import FILE_NAME_BYTES_MAX, PATH_BYTES_MAX

EXTENSION_BYTES_MAX = 32
"""A longer text after the last dot is no extension; it is shortened like the rest."""

PATH_PARTS_MAX = 32
SHOWN_CHARS_MAX = 120

_WINDOWS_FORBIDDEN = frozenset('<>:"/\\|?*')
# Cc control, Cf format (direction marks, zero width, tags), Cs surrogates, Zl and Zp line ends.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_RESERVED = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\..*)?"
    # Files that Windows Explorer obeys.
    r"|desktop\.ini|autorun\.inf|thumbs\.db",
    re.IGNORECASE | re.DOTALL,
)
# NFC replaces CJK compatibility ideographs (神 U+FA19 by 神 U+795E). They write personal names
# and must stay, so composition goes round them.
_COMPATIBILITY = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f]+)")


class NameNote(StrEnum):
    """What somebody should know about a name before it is written to a disk."""

    DECOMPOSED = "decomposed"
    FORBIDDEN_CHARACTERS = "forbidden-characters"
    DIRECTION_MARKS = "direction-marks"
    RESERVED = "reserved"
    HIDDEN = "hidden"
    ENDS_IN_DOT_OR_SPACE = "ends-in-dot-or-space"
    TOO_LONG = "too-long"
    PRIVATE_USE = "private-use"
    NOT_IN_CP932 = "not-in-cp932"


def check_name(untrusted: str) -> str:
    """`untrusted` if it can be one name in a folder, else InvalidInput SKS-V022.

    That is: 1 to 255 bytes of UTF-8, not `.` or `..`, no `/`, no control character.
    """
    try:
        size = len(untrusted.encode())
    except UnicodeEncodeError:
        raise InvalidInput("SKS-V022", name=shown(untrusted)) from None
    control = any(unicodedata.category(char) == "Cc" for char in untrusted)
    points_elsewhere = untrusted in {".", ".."} or "/" in untrusted
    if not 1 <= size <= FILE_NAME_BYTES_MAX or control or points_elsewhere:
        raise InvalidInput("SKS-V022", name=shown(untrusted))
    return untrusted


def check_path(untrusted: str) -> str:
    """`untrusted` if it is names joined by `/` (4096 bytes, 32 names), else InvalidInput SKS-V022.

    Never absolute, never through `..`.
    """
    parts = untrusted.split("/")
    if len(parts) > PATH_PARTS_MAX or len(untrusted) > PATH_BYTES_MAX:
        raise InvalidInput("SKS-V022", name=shown(untrusted))
    for part in parts:
        check_name(part)
    if len(untrusted.encode()) > PATH_BYTES_MAX:
        raise InvalidInput("SKS-V022", name=shown(untrusted))
    return untrusted


def shown(untrusted: str) -> str:
    """A name as it may stand in a message: one line, no direction tricks, not too long."""
    more = "…" if len(untrusted) > SHOWN_CHARS_MAX else ""
    return visible(untrusted[:SHOWN_CHARS_MAX]) + more


def visible(untrusted: str) -> str:
    """The whole text, with `<202E>` in place of each character that does not print."""
    if untrusted.isprintable():
        return untrusted
    return "".join(
        char if unicodedata.category(char) not in _UNPRINTABLE else f"<{ord(char):04X}>"
        for char in untrusted
    )


def collision_key(name: str) -> str:
    """Two names with one key are one file on some system (NFC, case folded)."""
    folded = unicodedata.normalize("NFC", name).casefold()
    return unicodedata.normalize("NFC", folded)


def safe_name(name: str) -> str:
    """The name under which a file can be written on Windows and on Linux, and hides nothing.

    Composed; what Windows forbids, control characters, direction marks and invisible characters
    become `_`; no leading dot, no trailing dot or space, no reserved name; at most 255 bytes of
    UTF-8 (so also 255 units of UTF-16), shortened in front of the extension. Safe names stay.
    """
    plain = "".join("_" if _unwritable(char) else char for char in _composed(name))
    plain = plain.rstrip(". ")
    if not plain:
        return "_"
    if plain.startswith("."):
        plain = "_" + plain[1:]
    if _RESERVED.fullmatch(plain):
        plain = "_" + plain
    return _shortened(plain, "")


def numbered(name: str, number: int) -> str:
    """A safe name with ` (2)` in front of its extension, within the same limits."""
    return _shortened(name, f" ({number})")


def safe_paths(paths: Sequence[str]) -> list[str]:
    """Each path with safe names, all of them different files on every system.

    A file whose path falls together with an earlier file's, or with a folder's, is numbered.
    """
    namer = SafePaths(paths)
    return [namer.take(path) for path in paths]


class SafePaths:
    """The same one by one, where names are only known as the work goes on."""

    def __init__(self, folders_of: Sequence[str]) -> None:
        """`folders_of`: paths, whose folders are those of all paths that will be asked for."""
        self._taken = {
            collision_key(folder) for path in folders_of for folder in _folders_of(_safe_path(path))
        }
        self._counts: dict[str, int] = {}

    def take(self, path: str) -> str:
        """The next path, safe and different from all before it."""
        return _free(_safe_path(path), self._taken, self._counts)


def name_notes(name: str) -> list[str]:
    """What `safe_name` changes about the name and why, and what may be unreadable elsewhere."""
    facts = {
        NameNote.DECOMPOSED: _composed(name) != name,
        NameNote.FORBIDDEN_CHARACTERS: any(_unwritable(char) for char in name),
        NameNote.DIRECTION_MARKS: not _DIRECTION.isdisjoint(name),
        NameNote.RESERVED: _RESERVED.fullmatch(name.rstrip(". ")) is not None,
        NameNote.HIDDEN: name.startswith("."),
        NameNote.ENDS_IN_DOT_OR_SPACE: name.endswith((".", " ")),
        NameNote.TOO_LONG: len(name.encode(errors="replace")) > FILE_NAME_BYTES_MAX,
        NameNote.PRIVATE_USE: any(unicodedata.category(char) == "Co" for char in name),
        NameNote.NOT_IN_CP932: not _in_cp932(_composed(name)),
    }
    return [note for note, true in facts.items() if true]


def _composed(name: str) -> str:
    runs = _COMPATIBILITY.split(name)
    return "".join(
        run if number % 2 else unicodedata.normalize("NFC", run) for number, run in enumerate(runs)
    )


def _unwritable(char: str) -> bool:
    noncharacter = ord(char) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(char) <= 0xFDEF
    return char in _WINDOWS_FORBIDDEN or unicodedata.category(char) in _UNPRINTABLE or noncharacter


def _in_cp932(name: str) -> bool:
    try:
        name.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True


def _shortened(name: str, insert: str) -> str:
    """`name` with `insert` in front of its extension, the stem cut so that all of it fits."""
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension.encode()) > EXTENSION_BYTES_MAX:
        stem, dot, extension = name, "", ""
    room = FILE_NAME_BYTES_MAX - len(f"{insert}{dot}{extension}".encode())
    if len(stem.encode()) <= room:
        return f"{stem}{insert}{dot}{extension}"
    cut = stem.encode()[:room].decode(errors="ignore").rstrip(". ") or "_"
    return f"{cut}{insert}{dot}{extension}"


def _safe_path(path: str) -> str:
    return "/".join(safe_name(part) for part in path.split("/"))


def _folders_of(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def _free(path: str, taken: set[str], counts: dict[str, int]) -> str:
    """`path`, numbered if its key is taken; its key is taken afterwards."""
    folder, slash, name = path.rpartition("/")
    first = collision_key(path)
    candidate = path
    while collision_key(candidate) in taken:
        counts[first] = counts.get(first, 1) + 1
        candidate = f"{folder}{slash}{numbered(name, counts[first])}"
    taken.add(collision_key(candidate))
    return candidate
