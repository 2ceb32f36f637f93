"""Drawings: SXF and STEP are text of a small grammar, read in full and written anew.

SXF is what public works deliver (SXF specification, OCF; ISO 10303-21). Jw_cad and DXF stop: no
library rewrites them without loss and without opening files, so SXF or PDF is the way.
"""

from __future__ import annotations

from typing import BinaryIO

from sekisho.disarm.formats.exchange import Exchange, read_exchange, write_exchange
from sekisho.disarm.kinds import label
from sekisho.disarm.work import Source, Stopped, Work

_ENCODINGS = ("utf-8", "cp932")


def rebuild(source: Source, sink: BinaryIO, work: Work) -> str:
    """sfc and p21 stay what they are. Raises Stopped SKS-D710 (damaged), SKS-D711 (others)."""
    name = label(source.kind, "ja")
    if source.kind not in ("sfc", "p21"):
        raise Stopped("SKS-D711", type=name)
    content = bytes(source.content)
    work.budget.expand(4 * len(content))
    text, encoding = _decoded(content, name)
    exchange = read_exchange(text, name, work)
    _look(exchange, work)
    sink.write(write_exchange(exchange).encode(encoding))
    return source.kind


def _decoded(content: bytes, name: str) -> tuple[str, str]:
    """The text and its encoding; only what is written back as the same bytes."""
    for encoding in _ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.encode(encoding) == content:
            return text, encoding
    raise Stopped("SKS-D710", type=name)


def _look(exchange: Exchange, work: Work) -> None:
    for line in exchange.lines:
        if "'" in line:
            work.look(line, "図面")
