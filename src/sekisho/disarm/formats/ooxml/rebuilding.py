"""From the main part along the relationships that are known: what is reached is rebuilt."""

from __future__ import annotations

import posixpath
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO

from lxml import etree

from sekisho.disarm.formats.ooxml import cells, media, sheet, slide, strict, word, xmlparts
from sekisho.disarm.formats.ooxml.addresses import is_clickable
from sekisho.disarm.formats.ooxml.beside import texts_beside
from sekisho.disarm.formats.ooxml.cleaning import Part, clean, references
from sekisho.disarm.formats.ooxml.package import (
    RELS_TYPE,
    TYPES,
    Link,
    Package,
    write_links,
    write_types,
)
from sekisho.disarm.formats.ooxml.rows import usual_rows
from sekisho.disarm.formats.ooxml.tables import (
    PartRow,
    R,
    clark,
    part_rows,
    relationship_thing,
)
from sekisho.disarm.profile import Form, Profile
from sekisho.disarm.work import Source, Stopped, Work
from sekisho.disarm.zipfiles import ZipWriter

_MAIN = R[1:-1] + "/officeDocument"
_HANDLERS = {"word": word.HANDLERS, "sheet": sheet.HANDLERS, "slide": slide.HANDLERS}
_KINDS = {
    ("word", "document"): "docx",
    ("word", "template"): "dotx",
    ("sheet", "workbook"): "xlsx",
    ("sheet", "template"): "xltx",
    ("slide", "presentation"): "pptx",
    ("slide", "show"): "ppsx",
    ("slide", "template"): "potx",
}
_QUIET = frozenset(("calcChain", "attachedSchema"))
"""What programs make anew by themselves."""


class Rebuilding:
    """The work on one document."""

    def __init__(self, source: Source, work: Work) -> None:
        self.package = Package(source.content, work.budget)
        self.work = work
        self.parts: dict[str, tuple[str, bytes]] = {}
        self.names: dict[str, str] = {}
        self._written: set[str] = set()
        self._number = 0
        self._rows: dict[str, PartRow] = {}
        self._sources: dict[str, str] = {}
        self._outside: dict[str, bool] = {}
        self._files: dict[str, tuple[str, str] | None] = {}
        self._contents: dict[str, tuple[str, bytes]] = {}
        self._titles: dict[str, str] = {}
        self._texts: list[tuple[str, str]] = []
        self._strings: list[str] = []
        self._sheets: list[tuple[str, bytes, Callable[[list[str]], cells.Cells]]] = []
        self.family = ""

    def run(self, sink: BinaryIO) -> str:
        """Write the document; the kind it has now."""
        if self.package.hidden_bytes:
            self.work.removed("zip-hidden")
        main, kind = self._main_part()
        waiting, seen = deque([main]), {main}
        while waiting:
            for target in self._rebuild_part(waiting.popleft()):
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
        self._look_at_sheets()
        if self.work.profile.form is Form.TEXT:
            return self._write_text(sink)
        self._write(main, sink)
        return kind

    def _write_text(self, sink: BinaryIO) -> str:
        """The text of all parts, each under what it is called."""
        pieces = [f"【{place}】\n{text.strip()}\n" for place, text in self._texts if text.strip()]
        sink.write("\n".join(pieces).encode("utf-8"))
        return "text" if pieces else "empty"

    def _main_part(self) -> tuple[str, str]:
        found = None
        for link in self.package.links(""):
            if link.kind == "officeDocument" and not link.is_external:
                if found is not None:
                    raise Stopped("SKS-D114")
                found = link.target
            elif link.kind != "core-properties":
                self.work.removed(relationship_thing(link.kind))
        row = self._row("officeDocument", found) if found else None
        if found is None or row is None:
            raise Stopped("SKS-D114")
        if "acroenabled" in self.package.content_type(found):
            self.work.changed("macro-kind")
        if strict.is_strict(self.package.read(found)):
            self.work.changed("office-strict")
        self.family = row.family
        return self._take(found, row), _KINDS[row.family, row.name]

    def _take(self, target: str, row: PartRow) -> str:
        """A part of XML that stays: its name as it is written."""
        name = self._name(target)
        if target.lower() in self._files or self._rows.setdefault(name, row) is not row:
            raise Stopped("SKS-D114")
        self._sources[name] = target
        return name

    def _row(self, kind: str, target: str) -> PartRow | None:
        return part_rows().get((kind, self.package.content_type(target)))

    # 1. A part: its links are judged, its XML is rebuilt, what it still names is followed.
    def _rebuild_part(self, name: str) -> list[str]:
        row, source = self._rows[name], self._sources[name]
        links = [self._judge(link, row) for link in self.package.links(source)]
        part = Part(self.work, row, name, self._place(name, row), {link.id: link for link in links})
        root, data = self._rebuilt(source, part)
        self._look(root, data, part)
        named = references(root) if links and part.names_links else set()
        out = [
            link
            for link in links
            if link.stays and (link.id in named or link.kind not in _NAMED_ONLY)
        ]
        self.parts[name] = (row.content_types[0], data)
        self.parts.update({one.target: self._contents[one.target] for one in out if one.kind_out})
        if out:
            rels = posixpath.join(
                posixpath.dirname(name), "_rels", posixpath.basename(name) + ".rels"
            )
            self.parts[rels] = (RELS_TYPE, write_links(out, name))
        return [link.target for link in out if not link.is_external and not link.kind_out]

    def _rebuilt(self, source: str, part: Part) -> tuple[etree._Element, bytes]:
        handlers, after = _HANDLERS[self.family], self._after(part.row)
        if part.row.name == "worksheet":
            whole = bytes(self.package.read(source))
            found = usual_rows(whole, links=self.work.profile.links)
            root = xmlparts.parse(found.shell if found else whole, source)
            if found and found.fit(root):
                kept = {"x14ac"} if found.needs_x14ac else set()
                data = found.into(clean(root, part, handlers, after, kept))
                if data is None:
                    raise Stopped("SKS-D116", name=source)
                part.rows_are_usual = True
                return root, data
            if found is None:
                return root, clean(root, part, handlers, after)
        raw = self._raw(source, part.row)
        root = xmlparts.parse(raw, source)
        self._note_titles(root, part)
        return root, clean(root, part, handlers, after, raw=raw)

    def _raw(self, name: str, row: PartRow) -> bytes:
        data = bytes(self.package.read(name))
        return xmlparts.with_breaks_closed(data) if row.name == "vml" else data

    def _parsed(self, name: str, row: PartRow) -> etree._Element:
        return xmlparts.parse(self._raw(name, row), name)

    def _after(self, row: PartRow) -> Callable[[etree._Element, Part], None] | None:
        if "word" in row.vocabularies:
            return word.settle_fields
        if row.name == "worksheet":
            return sheet.settle_shared_formulas
        return None

    # 2. A link: does it lead to something that is known, and does that stay?
    def _judge(self, link: Link, row: PartRow) -> Link:
        if link.is_external:
            return self._judge_outside(link)
        if link.target not in self.package:
            if link.kind not in _QUIET:
                self.work.removed("office-lost-part", row.place)
            return link
        if link.kind in ("image", "package"):
            return self._judge_file(link)
        found = self._row(link.kind, link.target)
        if link.kind == "officeDocument" or found is None or not self._fits(found, link.target):
            if link.kind not in _QUIET:
                self.work.removed(relationship_thing(link.kind), row.place)
            return link
        return link.leading_to(self._take(link.target, found))

    def _judge_outside(self, link: Link) -> Link:
        thing = relationship_thing(link.kind)
        may_stay = link.kind == "hyperlink" and self.work.profile.links
        if may_stay and is_clickable(link.target):
            self.work.kept("clickable-link")
            return link.leading_to(link.target)
        self.work.removed("link-outside" if link.kind == "hyperlink" else thing)
        return link

    def _judge_file(self, link: Link) -> Link:
        """A picture, or a document in the document."""
        key = link.target.lower()
        if self.names.get(key) in self._rows:
            raise Stopped("SKS-D114")
        if key not in self._files:
            data = self.package.read(link.target)
            if link.kind == "image":
                inner = media.picture(link.target, data, self.work)
                self._files[key] = self._keep(link.target, inner.kind, inner.content)
            else:
                found = media.embedded(link.target, data, self.work)
                self._files[key] = (
                    self._keep(link.target, found.kind, found.content) if found else None
                )
        kept = self._files[key]
        if kept is None:
            self.work.removed("embedded-file", link.target)
            return link
        return link.leading_to(*kept)

    def _keep(self, target: str, kind: str, content: bytes) -> tuple[str, str]:
        extension = media.extension_for(target, kind)
        name = self._name(f"{target.rpartition('.')[0] or target}.{extension}", target)
        types = {**media.PACKAGES, **{k: t for k, (_, t) in media.PICTURES.items()}}
        self._contents[name] = (types[kind], content)
        return name, kind

    def _name(self, wanted: str, source: str = "") -> str:
        """The name of a part as it is written: its own, or a plain one that is free."""
        source = source or wanted
        if source.lower() in self.names:
            return self.names[source.lower()]
        name = wanted if self.package.name_as_written(source) else ""
        if name and wanted == source:
            name = self.package.name_as_written(source)
        stem, dot, extension = wanted.rpartition(".")
        while not name or (name.lower() != source.lower() and self._is_taken(name)):
            self._number += 1
            folder = posixpath.dirname(stem) if name_is_plain(posixpath.dirname(stem)) else "parts"
            name = f"{folder}/part{self._number}{dot}{extension}"
        self.names[source.lower()] = name
        self._written.add(name.lower())
        return name

    def _is_taken(self, name: str) -> bool:
        return name.lower() in self._written or name in self.package

    def _fits(self, row: PartRow, target: str) -> bool:
        """Whether a known part of a known kind may stay under this profile, with this content."""
        if row.name in ("comments", "comment-authors"):
            return self.work.profile.comments
        if row.name == "pivot-cache":
            if target not in self._outside:
                self._outside[target] = sheet.leads_outside(self._parsed(target, row))
            return not self._outside[target]
        if row.name == "pivot-table":
            caches = [
                one for one in self.package.links(target) if one.kind == "pivotCacheDefinition"
            ]
            return all(
                (found := self._row(one.kind, one.target)) is not None
                and self._fits(found, one.target)
                for one in caches
                if one.target in self.package
            )
        if row.name == "metadata":
            return sheet.is_plain_metadata(self._parsed(target, row))
        return True

    # 3. What people read in it.
    def _place(self, name: str, row: PartRow) -> str:
        return self._titles.get(name, row.place)

    def _note_titles(self, root: etree._Element, part: Part) -> None:
        rows: Iterator[tuple[etree._Element, str]]
        if part.row.relationship != "officeDocument":
            rows = iter(())
        elif self.family == "sheet":
            rows = ((s, f"シート「{s.get('name', '')}」") for s in root.iter(clark("x:sheet")))
        elif self.family == "slide":
            slides = enumerate(root.iter(clark("p:sldId")), start=1)
            rows = ((s, f"スライド {number}") for number, s in slides)
        else:
            rows = iter(())
        for element, title in rows:
            link = part.link(element.get(R + "id"))
            if link is not None:
                self._titles[link.target] = title
        if part.row.name == "slide":
            for link in part.links.values():
                if link.kind == "notesSlide" and link.stays:
                    self._titles[link.target] = part.place + "のノート"

    def _look(self, root: etree._Element, data: bytes, part: Part) -> None:
        if beside := texts_beside(root, part.tags):
            self.work.look(beside, f"{part.place}に添えた文字")
        if part.row.name == "strings":
            self._strings = cells.shared_strings(root)
        elif part.row.name == "worksheet":
            prefix = f"{root.prefix}:" if root.prefix else ""
            found = cells.UsualCells if part.rows_are_usual else cells.Cells
            self._sheets.append((part.name, data, partial(found, prefix)))
        else:
            read = word.texts if self.family == "word" else slide.texts
            text = sheet_texts(root) if self.family == "sheet" else read(root)
            text = f"{text}\n{slide.texts(root)}" if self.family != "slide" else text
            if text.strip():
                self._texts.append((part.place, text))
                self.work.look(text, part.place)

    def _look_at_sheets(self) -> None:
        used: set[int] = set()
        for name, data, reader in self._sheets:
            title = self._titles.get(name, "")
            plain = title.removeprefix("シート「").removesuffix("」")
            found = reader(self._strings)
            if self.work.profile.form is Form.TEXT:
                self._texts.append((title, found.whole(found.rows(data.decode("utf-8")))))
            used |= cells.look_at_cells(data, found, self.work, plain)
        unused = [text for at, text in enumerate(self._strings) if at not in used]
        if unused:
            self.work.look("\n".join(unused), "どのセルにも出ない文字列")

    # 4. The new package.
    def _write(self, main: str, sink: BinaryIO) -> None:
        properties = self._properties(self.work.profile)
        roots = [Link("rId1", _MAIN, main, is_external=False)]
        if properties:
            self.parts["docProps/core.xml"] = (_CORE_TYPE, properties)
            roots.append(Link("rId2", _CORE, "docProps/core.xml", is_external=False))
        overrides, defaults = {}, {"rels": RELS_TYPE, "xml": "application/xml"}
        for name, (kind, _) in self.parts.items():
            extension = name.rpartition(".")[2].lower()
            if kind == RELS_TYPE:
                continue
            if kind.startswith("image/") and defaults.setdefault(extension, kind) == kind:
                continue
            overrides[name] = kind
        writer = ZipWriter(sink)
        writer.add(TYPES, write_types(defaults, overrides))
        writer.add("_rels/.rels", write_links(roots, ""))
        for name in sorted(self.parts):
            kind, data = self.parts[name]
            writer.add(name, data, pack=kind not in _PACKED)
        writer.finish()

    def _properties(self, profile: Profile) -> bytes:
        """Title and subject alone; who wrote it when and with what does not stay."""
        links = [one for one in self.package.links("") if one.kind == "core-properties"]
        if not links or links[0].is_external or links[0].target not in self.package:
            return b""
        root = xmlparts.parse(self.package.read(links[0].target), links[0].target)
        rows = []
        for local in ("title", "subject"):
            text = (root.findtext(f"{{{_DC}}}{local}") or "").strip()
            if text and profile.properties:
                self.work.look(text, "文書のプロパティ")
                rows.append((local, text))
        if len(root) > len(rows):
            self.work.removed("properties", count=len(root) - len(rows))
        if not rows:
            return b""
        new = etree.Element(f"{{{_CP}}}coreProperties", nsmap={"cp": _CP, "dc": _DC})
        for local, text in rows:
            etree.SubElement(new, f"{{{_DC}}}{local}").text = text
        return xmlparts.write(new)


_NAMED_ONLY = frozenset(("image", "package", "hyperlink"))
"""Relationships that only serve what names them; the others matter by being there."""

_CP = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_DC = "http://purl.org/dc/elements/1.1/"
_CORE = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
_CORE_TYPE = "application/vnd.openxmlformats-package.core-properties+xml"
_PACKED = frozenset(("image/png", "image/jpeg", "image/gif", "image/webp"))


def sheet_texts(root: etree._Element) -> str:
    """Text of parts of a workbook that are no sheets: comments, names, stores of pivot tables."""
    texts = root.iter(clark("x:t"), clark("x:definedName"), clark("x:s"), clark("x:n"))
    return "\n".join(one.text or str(one.get("v", "")) for one in texts)


def name_is_plain(folder: str) -> bool:
    """Whether a folder can be written as it is."""
    return bool(folder) and folder.isascii() and folder.replace("/", "").isalnum()
