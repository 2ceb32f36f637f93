"""Unpack what a rule for streams is given, and pack what it returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sekisho.disarm.formats.pdf.builder import Builder, Packed
from sekisho.disarm.formats.pdf.filters import Undecodable, filter_names, pack, unpack
from sekisho.disarm.formats.pdf.rules import DROP
from sekisho.disarm.formats.pdf.values import Stream, Value


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The bytes behind the filters. When `exact`, `raw` is one whole zlib stream of them."""

    data: bytes
    raw: bytes
    exact: bool


def filters_of(builder: Builder, stream: Stream) -> tuple[list[str], list[dict[str, Value]]]:
    """The filters of a stream and the parameters of each. Raises Undecodable."""
    entries = stream.entries
    if "F" in entries or "FFilter" in entries:
        builder.work.removed("pdf-external-reference", builder.place)
        raise Undecodable("external")
    value = builder.resolve(entries.get("Filter"))
    if type(value) is list:
        value = [builder.resolve(one) for one in value]
    names = filter_names(value)
    parms = builder.resolve(entries.get("DecodeParms", entries.get("DP")))
    listed = parms if type(parms) is list else [parms]
    out = []
    for one in listed:
        found = builder.resolve(one)
        found = found if type(found) is dict else {}
        out.append({key: builder.resolve(item) for key, item in found.items()})
    return names, out


def unpacked(builder: Builder, stream: Stream) -> Unpacked | None:
    """The bytes of a stream that is no picture; None (and a row) when they cannot be had."""
    known = builder.opened.pop(id(stream), None)
    if isinstance(known, Unpacked):
        return known
    try:
        names, parms = filters_of(builder, stream)
        data, exact = unpack(stream.raw, names, parms, builder.work.budget)
    except Undecodable:
        builder.work.removed("pdf-broken-stream", builder.place)
        return None
    return Unpacked(data, stream.raw, exact)


def repacked(data: bytes, before: Unpacked, text: bytes | None = None) -> Packed:
    """`data` as it is written: in the bytes it came in when it is the same."""
    same = before.exact and (data is before.data or data == before.data)
    return Packed(before.raw if same else pack(data), {"Filter": "FlateDecode"}, text)


def plain(builder: Builder, stream: Stream, out: dict[str, Any]) -> Any:
    """A stream whose bytes are only numbers to a reader: samples, tables."""
    found = unpacked(builder, stream)
    return DROP if found is None else repacked(found.data, found)
