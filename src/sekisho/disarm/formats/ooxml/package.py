"""The package: parts by name, their content types, and the relationships between them.

ECMA-376 part 2. Names of parts are compared without regard to case (section 6.2.2.3).
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from urllib.parse import unquote
from xml.sax.saxutils import quoteattr

from sekisho.disarm.formats.ooxml import xmlparts
from sekisho.disarm.work import Budget, Stopped
from sekisho.disarm.zipfiles import Data, ZipMember, read_zip

TYPES = "[Content_Types].xml"
_TYPES_SPACE = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELS_SPACE = "http://schemas.openxmlformats.org/package/2006/relationships"
RELS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
_NAME = re.compile(r"[A-Za-z0-9_.() +@=~-]+(?:/[A-Za-z0-9_.() +@=~-]+)*")
_FAMILIES = (
    "http://schemas.openxmlformats.org/",
    "http://schemas.microsoft.com/office/",
)


@dataclass(frozen=True, slots=True)
class Link:
    """A relationship. `target` is the name of a part, or where it leads to outside."""

    id: str
    type: str
    target: str
    is_external: bool
    stays: bool = False
    kind_out: str = ""
    """For what is no XML: the kind of the file that the target is now."""

    @property
    def kind(self) -> str:
        """The last word of its type, by which tables know it; empty for types of strangers."""
        return self.type.rpartition("/")[2] if self.type.startswith(_FAMILIES) else ""

    def leading_to(self, target: str, kind_out: str = "") -> Link:
        """The same, staying, with the name that the target has now."""
        return replace(self, target=target, stays=True, kind_out=kind_out)


class Package:
    """What came in. Parts are unpacked when they are asked for."""

    def __init__(self, content: memoryview, budget: Budget) -> None:
        listing = read_zip(content, budget)
        self.hidden_bytes = listing.hidden_bytes + listing.comment_bytes
        self.members: dict[str, ZipMember] = {}
        for member in listing.members:
            key = member.untrusted_name.lower()
            if key in self.members:
                raise Stopped("SKS-D104", name=member.untrusted_name)
            self.members[key] = member
        self._defaults: dict[str, str] = {}
        self._overrides: dict[str, str] = {}
        self._read_types()

    def _read_types(self) -> None:
        member = self.members.get(TYPES.lower())
        if member is None:
            raise Stopped("SKS-D114")
        for row in xmlparts.parse(member.read(), TYPES):
            kind = str(row.get("ContentType", ""))
            if row.tag == f"{{{_TYPES_SPACE}}}Default":
                place, key = self._defaults, str(row.get("Extension", "")).lower()
            elif row.tag == f"{{{_TYPES_SPACE}}}Override":
                place, key = self._overrides, unquote(str(row.get("PartName", ""))).lower()
            else:
                raise Stopped("SKS-D114")
            if place.setdefault(key, kind) != kind:
                raise Stopped("SKS-D114")

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.members

    def content_type(self, name: str) -> str:
        """The type of a part in small letters; empty when none is given."""
        found = self._overrides.get("/" + name.lower())
        if found is None:
            found = self._defaults.get(name.lower().rpartition(".")[2], "")
        return found.strip().lower()

    def read(self, name: str) -> Data:
        """The bytes of a part."""
        return self.members[name.lower()].read()

    def name_as_written(self, name: str) -> str:
        """The name as the ZIP has it, or a plain one where it has letters that are not plain."""
        written = self.members[name.lower()].untrusted_name
        return written if _NAME.fullmatch(written) else ""

    def links(self, name: str) -> list[Link]:
        """The relationships of a part (of the package for an empty name), in their order.

        Raises Stopped SKS-D114 for what two programs could read differently.
        """
        folder, base = posixpath.split(name)
        rels = posixpath.join(folder, "_rels", base + ".rels")
        if rels not in self:
            return []
        found: dict[str, Link] = {}
        for row in xmlparts.parse(self.read(rels), rels):
            untrusted_id = str(row.get("Id", ""))
            if row.tag != f"{{{_RELS_SPACE}}}Relationship" or untrusted_id in found:
                raise Stopped("SKS-D114")
            if not _ID.fullmatch(untrusted_id):
                raise Stopped("SKS-D114")
            found[untrusted_id] = _link(row.attrib, untrusted_id, folder)
        return list(found.values())


def _link(row: object, untrusted_id: str, folder: str) -> Link:
    get = row.get  # type: ignore[attr-defined]
    target, kind = str(get("Target", "")), str(get("Type", ""))
    is_external = get("TargetMode", "Internal") != "Internal"
    if not is_external and not target.startswith("#"):
        target = _resolved(unquote(target), folder)
    return Link(untrusted_id, kind, target, is_external or target.startswith("#"))


def _resolved(target: str, folder: str) -> str:
    path = target.partition("#")[0].replace("\\", "/")
    whole = path if path.startswith("/") else posixpath.join("/", folder, path)
    return posixpath.normpath(whole).lstrip("/")


def write_links(links: list[Link], source: str) -> bytes:
    """The part that holds the relationships of `source`."""
    folder = posixpath.dirname(source)
    rows = [xmlparts.DECLARATION, f'<Relationships xmlns="{_RELS_SPACE}">'.encode()]
    for link in links:
        target, mode = link.target, ""
        if link.is_external:
            mode = ' TargetMode="External"'
        else:
            target = posixpath.relpath("/" + target, "/" + folder).replace(" ", "%20")
        facts = f'Id="{link.id}" Type={_quoted(link.type)} Target={_quoted(target)}{mode}'
        rows.append(f"<Relationship {facts}/>".encode())
    rows.append(b"</Relationships>")
    return b"".join(rows)


def write_types(defaults: dict[str, str], overrides: dict[str, str]) -> bytes:
    """The list of content types, sorted."""
    rows = [xmlparts.DECLARATION, f'<Types xmlns="{_TYPES_SPACE}">'.encode()]
    for extension, kind in sorted(defaults.items()):
        rows.append(f'<Default Extension="{extension}" ContentType="{kind}"/>'.encode())
    for name, kind in sorted(overrides.items()):
        part = _quoted("/" + name.replace(" ", "%20"))
        rows.append(f'<Override PartName={part} ContentType="{kind}"/>'.encode())
    rows.append(b"</Types>")
    return b"".join(rows)


def _quoted(value: str) -> str:
    return quoteattr(value, {'"': "&quot;"})
