"""The objects of a PDF: by its own tables where they are sound, else as qpdf understands it.

Only what can be reached from the trailer is read. Nothing here decides what is safe.
"""

from __future__ import annotations

import io
import re

import pikepdf

from sekisho.disarm import limits
from sekisho.disarm.formats.pdf.filters import Undecodable, filter_names, unpack
from sekisho.disarm.formats.pdf.syntax import read_value
from sekisho.disarm.formats.pdf.values import Irregular, Ref, Stream, Value, key_of
from sekisho.disarm.work import Budget, Stopped, Work

OBJECTS_MAX = 2_000_000
SECTIONS_MAX = 256
"""Cross-reference sections: one for each time the file was saved."""

_START = re.compile(rb"startxref[\0\t\n\f\r ]+([0-9]{1,12})[\0\t\n\f\r ]+%%EOF[\0\t\n\f\r ]*\Z")
_OBJECT = re.compile(rb"[\0\t\n\f\r ]*+([0-9]{1,10})[\0\t\n\f\r ]+([0-9]{1,5})[\0\t\n\f\r ]+obj")
_STREAM = re.compile(rb"[\0\t\n\f\r ]*+(?:%[^\r\n]*[\r\n]+)?+stream(?:\r\n|\n)")
_STREAM_END = re.compile(rb"[\0\t\n\f\r ]{0,2}endstream")
_OBJECT_END = re.compile(rb"[\0\t\n\f\r ]*+endobj")
_SECTION = re.compile(rb"[\0\t\n\f\r ]*+([0-9]{1,10}) ([0-9]{1,10})[ ]?(?:\r\n|\r|\n)")
_ROWS = re.compile(rb"(?:[0-9]{10} [0-9]{5} [nf](?: \r| \n|\r\n))*+")

pikepdf.settings.set_qpdf_limits(
    flate_max_memory=limits.MEMBER_BYTES_MAX,
    png_max_memory=limits.MEMBER_BYTES_MAX,
    tiff_max_memory=limits.MEMBER_BYTES_MAX,
    run_length_max_memory=limits.MEMBER_BYTES_MAX,
    dct_max_memory=limits.MEMBER_BYTES_MAX,
    doc_max_warnings=2_000,
    parser_max_nesting=100,
)


class Document:
    """Objects by key. `sections` is how many times the file says where its objects are."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        self.data = data
        self.budget = budget
        self.trailer: dict[str, Value] = {}
        self.sections = 0
        self.places: dict[int, int | tuple[int, int]] = {}
        self.objects: dict[int, Value] = {}
        self._packed: dict[int, tuple[bytes, list[int], int]] = {}
        self._in_work: set[int] = set()

    def resolve(self, value: Value) -> Value:
        """What a reference leads to (None when nothing is there); other values as they are."""
        for _ in range(32):
            if type(value) is not Ref:
                return value
            value = self.objects.get(value.key)
        return None

    def add(self, value: Value) -> Ref:
        """A new object of ours."""
        key = -1 - len(self.objects)
        self.objects[key] = value
        return Ref(key)

    def read_all(self) -> Document:
        """Read whatever the trailer leads to. Raises Irregular."""
        self._read_sections()
        if "Encrypt" in self.trailer:
            raise Irregular("encrypted")
        waiting: list[int] = []
        for name in ("Root", "Info"):
            if type(self.trailer.get(name)) is Ref:
                waiting.append(self.trailer[name].key)
        while waiting:
            key = waiting.pop()
            if key in self.objects:
                continue
            if len(self.objects) >= OBJECTS_MAX:
                raise Stopped("SKS-D203", count=OBJECTS_MAX)
            self.objects[key] = self._read(key, waiting)
        return self

    def _read(self, key: int, refs: list[int]) -> Value:
        place = self.places.get(key)
        if place is None or place == -1:
            return None
        if isinstance(place, tuple):
            return self._read_packed(place, key, refs)
        head = _OBJECT.match(self.data, place)
        if head is None or key_of(int(head[1]), int(head[2])) != key:
            raise Irregular("an object is not where the table says")
        value, at = read_value(self.data, head.end(), refs)
        if type(value) is dict and (start := _STREAM.match(self.data, at)):
            value, at = self._read_stream(value, start.end(), refs)
        if not _OBJECT_END.match(self.data, at):
            raise Irregular("an object without its end")
        return value

    def _read_stream(
        self, entries: dict[str, Value], at: int, refs: list[int]
    ) -> tuple[Stream, int]:
        length = entries.get("Length")
        if type(length) is Ref:
            length = self._number(length.key)
        if type(length) is not int or not 0 <= length <= len(self.data) - at:
            raise Irregular("a stream without a length")
        end = _STREAM_END.match(self.data, at + length)
        if end is None:
            raise Irregular("a stream of another length")
        return Stream(entries, self.data[at : at + length]), end.end()

    def _number(self, key: int) -> Value:
        place = self.places.get(key)
        if not isinstance(place, int) or key in self._in_work:
            return self.objects.get(key)
        self._in_work.add(key)
        value = self._read(key, [])
        self._in_work.discard(key)
        return value

    def _read_packed(self, place: tuple[int, int], key: int, refs: list[int]) -> Value:
        holder, index = place
        if holder not in self._packed:
            self._packed[holder] = self._open_holder(holder)
        data, pairs, first = self._packed[holder]
        if 2 * index + 1 >= len(pairs) or pairs[2 * index] != key:
            raise Irregular("an object is not in its stream")
        return read_value(data, first + pairs[2 * index + 1], refs)[0]

    def _open_holder(self, holder: int) -> tuple[bytes, list[int], int]:
        if holder in self._in_work or not isinstance(self.places.get(holder), int):
            raise Irregular("a stream of objects in itself")
        self._in_work.add(holder)
        stream = self._read(holder, [])
        self._in_work.discard(holder)
        if type(stream) is not Stream or stream.entries.get("Type") != "ObjStm":
            raise Irregular("no stream of objects")
        data = self._unpacked(stream)
        first, count = stream.entries.get("First"), stream.entries.get("N")
        if type(first) is not int or type(count) is not int or not 0 <= first <= len(data):
            raise Irregular("no stream of objects")
        head = data[:first].split()
        is_short = all(one.isdigit() and len(one) <= 10 for one in head)
        if len(head) < 2 * count or not is_short:
            raise Irregular("no stream of objects")
        return data, [int(one) for one in head], first

    def _unpacked(self, stream: Stream) -> bytes:
        parms = stream.entries.get("DecodeParms")
        listed = parms if type(parms) is list else [parms]
        try:
            names = filter_names(stream.entries.get("Filter"))
            return unpack(
                stream.raw, names, [p if type(p) is dict else {} for p in listed], self.budget
            )[0]
        except Undecodable as error:
            raise Irregular("a stream cannot be unpacked") from error

    def _read_sections(self) -> None:
        if not self.data.startswith(b"%PDF-"):
            raise Irregular("no header")
        start = _START.search(self.data, max(0, len(self.data) - 1_200))
        if start is None:
            raise Irregular("no end")
        at: Value = int(start[1])
        seen: set[int] = set()
        while at is not None:
            if type(at) is not int or at in seen or len(seen) >= SECTIONS_MAX:
                raise Irregular("sections that lead nowhere")
            seen.add(at)
            entries = self._read_section(at)
            if not self.trailer:
                self.trailer = entries
            if "XRefStm" in entries:
                raise Irregular("tables of two kinds")
            at = entries.get("Prev")
        self.sections = len(seen)

    def _read_section(self, at: int) -> dict[str, Value]:
        if self.data.startswith(b"xref", at):
            return self._read_table(at + 4)
        head = _OBJECT.match(self.data, at)
        if head is None:
            raise Irregular("no table of objects")
        entries, at = read_value(self.data, head.end(), [])
        start = _STREAM.match(self.data, at)
        if type(entries) is not dict or start is None or entries.get("Type") != "XRef":
            raise Irregular("no table of objects")
        stream, _ = self._read_stream(entries, start.end(), [])
        self._read_rows(stream)
        return entries

    def _read_table(self, at: int) -> dict[str, Value]:
        while head := _SECTION.match(self.data, at):
            first, count = int(head[1]), int(head[2])
            end = head.end() + 20 * count
            if count > OBJECTS_MAX or end > len(self.data):
                raise Irregular("a table too long")
            if not _ROWS.fullmatch(self.data, head.end(), end):
                raise Irregular("a table out of shape")
            cells = self.data[head.end() : end].split()
            for i in range(count):
                key = key_of(first + i, int(cells[3 * i + 1]))
                if cells[3 * i + 2] == b"n":
                    self.places.setdefault(key, int(cells[3 * i]))
                elif first + i:
                    self._forget(first + i)
            at = end
        word = re.compile(rb"[\0\t\n\f\r ]*+trailer").match(self.data, at)
        if word is None:
            raise Irregular("no trailer")
        entries, _ = read_value(self.data, word.end(), [])
        if type(entries) is not dict:
            raise Irregular("no trailer")
        return entries

    def _forget(self, number: int) -> None:
        """A later section has freed this object: earlier ones must not bring it back."""
        if number not in self.places:
            self.places[number] = -1

    def _read_rows(self, stream: Stream) -> None:
        widths = stream.entries.get("W")
        size = stream.entries.get("Size")
        index = stream.entries.get("Index", [0, size])
        if type(widths) is not list or len(widths) != 3 or type(index) is not list:
            raise Irregular("a table out of shape")
        if any(type(w) is not int or not 0 <= w <= 8 for w in widths):
            raise Irregular("a table out of shape")
        if any(type(i) is not int or i < 0 for i in index) or len(index) % 2:
            raise Irregular("a table out of shape")
        data = self._unpacked(stream)
        a, b = widths[0], widths[0] + widths[1]
        row = sum(widths)
        at = 0
        for first, count in zip(index[::2], index[1::2], strict=True):
            if row == 0 or at + row * count > len(data):
                raise Irregular("a table out of shape")
            for number in range(first, first + count):
                cell = data[at : at + row]
                at += row
                kind = int.from_bytes(cell[:a], "big") if a else 1
                two, three = int.from_bytes(cell[a:b], "big"), int.from_bytes(cell[b:], "big")
                if kind == 1:
                    self.places.setdefault(key_of(number, three), two)
                elif kind == 2:
                    self.places.setdefault(number, (two, three))
                elif number:
                    self._forget(number)


def open_document(work: Work, data: bytes) -> Document:
    """Read a PDF. Raises Stopped SKS-D200, SKS-D201, SKS-D202, SKS-D203."""
    try:
        document = Document(data, work.budget).read_all()
    except Irregular:
        document = _open_with_qpdf(work, data)
    else:
        is_linear = b"/Linearized" in data[:1_024]
        if document.sections > 1 + is_linear:
            work.removed("pdf-revision", count=document.sections - 1 - is_linear)
    return document


def _open_with_qpdf(work: Work, data: bytes) -> Document:
    out = io.BytesIO()
    try:
        with _opened(work, data) as pdf:
            if pdf.is_encrypted:
                work.changed("pdf-encryption")
            repaired = len(pdf.get_warnings())
            pdf.save(
                out,
                static_id=True,
                compress_streams=False,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
                object_stream_mode=pikepdf.ObjectStreamMode.disable,
                fix_metadata_version=False,
                encryption=False,
            )
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, RuntimeError) as error:
        raise Stopped("SKS-D200") from error
    if repaired:
        work.found("pdf-repaired")
    if outside := _bytes_outside(data):
        work.removed("pdf-outside", count=outside)
    try:
        return Document(out.getvalue(), work.budget).read_all()
    except Irregular as error:
        raise Stopped("SKS-D200") from error


def _opened(work: Work, data: bytes) -> pikepdf.Pdf:
    for password in ("", work.password):
        try:
            return pikepdf.open(
                io.BytesIO(data), password=password or "", inherit_page_attributes=False
            )
        except pikepdf.PasswordError as error:
            if password or work.password is None:
                raise Stopped("SKS-D202" if password else "SKS-D201") from error
    raise Stopped("SKS-D201")


def _bytes_outside(data: bytes) -> int:
    """How many bytes stand in front of the header and behind the last end mark."""
    front = max(data.find(b"%PDF-", 0, 2_048), 0)
    end = data.rfind(b"%%EOF")
    behind = len(data[end + 5 :].strip(b"\0\t\n\f\r ")) if end >= 0 else 0
    return front + behind
