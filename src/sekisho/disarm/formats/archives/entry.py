"""A file or a folder of an archive, before anything of it is believed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sekisho.disarm.work import Stopped
from sekisho.kernel.names import PATH_PARTS_MAX, safe_name

Content = bytes | bytearray | memoryview

_DRIVE = re.compile(r"[A-Za-z]:/")
_OF_SYSTEMS = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})


@dataclass(frozen=True, slots=True)
class Entry:
    """`read` gives the bytes, paid for by the budget; it is called once, in order."""

    untrusted_name: str
    is_folder: bool
    read: Callable[[], Content]


def no_content() -> Content:
    """What a folder holds."""
    return b""


def decoded_name(raw: bytes) -> str:
    """A name in UTF-8 or, as Japanese Windows writes it, CP932. Raises Stopped SKS-D502."""
    for encoding in ("utf-8", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Stopped("SKS-D502")


def safe_path(untrusted_name: str) -> str:
    """A path inside the archive with names that can exist, or nothing for the archive itself.

    Raises Stopped SKS-D503 for a path that leads out of the archive.
    """
    path = untrusted_name.replace("\\", "/")
    parts = path.split("/")
    if path.startswith("/") or _DRIVE.match(path) or ".." in parts or "\0" in path:
        raise Stopped("SKS-D503", name=untrusted_name)
    kept = [safe_name(part) for part in parts if part not in ("", ".")]
    if len(kept) > PATH_PARTS_MAX:
        raise Stopped("SKS-D504", allowed=PATH_PARTS_MAX)
    return "/".join(kept)


def is_of_a_system(untrusted_name: str) -> bool:
    """Whether it is one of the files that Windows and macOS leave in folders unasked."""
    parts = untrusted_name.replace("\\", "/").casefold().rstrip("/").split("/")
    return parts[0] == "__macosx" or parts[-1] in _OF_SYSTEMS
