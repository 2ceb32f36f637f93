"""JPEG: what could make the library end the process stops before it is asked; the rest comes to
rest at a size that is not larger."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.engines.disarm.pictures.made import CANARY, opened, saved, scene, segment
from tests.engines.disarm.support import run, stopped, through

from sekisho.disarm.formats.pictures import jpeg_library, jpeg_segments
from sekisho.disarm.formats.pictures.jpeg_library import coded_anew

SOF, PROGRESSIVE, DHT, SOS, DQT = 0xC0, 0xC2, 0xC4, 0xDA, 0xDB
_QUANTIZATION = segment(DQT, b"\0" + b"\1" * 64)


def _table(name: int, *symbols: int) -> bytes:
    """A Huffman table whose codes are 0, 10, 110 and so on."""
    lengths = bytes(1 if at < len(symbols) else 0 for at in range(16))
    return segment(DHT, bytes((name,)) + lengths + bytes(symbols))


def _scan(first: int, last: int, shifts: int, bits: str) -> bytes:
    bits += "1" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")
    return segment(SOS, bytes((1, 1, 0, first, last, shifts))) + data


def _gray(marker: int, *parts: bytes, side: int = 8) -> bytes:
    frame = segment(marker, b"\x08" + struct.pack(">HHB", side, side, 1) + b"\1\x11\0")
    return b"\xff\xd8" + _QUANTIZATION + frame + b"".join(parts) + b"\xff\xd9"


@pytest.mark.parametrize(
    ("value", "code"), [(-1024, ""), (1023, ""), (-1025, "SKS-D300"), (1024, "SKS-D300")]
)
def test_a_dc_coefficient_may_be_what_samples_can_have(value: int, code: str) -> None:
    bits = f"{value if value > 0 else value - 1 + (1 << 11):011b}"
    if abs(value) < 1024:
        bits = f"{value:010b}"
    symbol = len(bits)
    content = _gray(SOF, _table(0, symbol), _table(0x10, 0), _scan(0, 63, 0, f"0{bits}0"))
    if code:
        stopped(content, "a.jpg", code)
    else:
        assert opened(through(content, "a.jpg").content).tobytes() == opened(content).tobytes()


@pytest.mark.parametrize(("shift", "code"), [(8, ""), (9, ""), (10, "SKS-D300"), (12, "SKS-D300")])
def test_a_refinement_may_not_lead_beyond_the_scale(shift: int, code: str) -> None:
    """No table says how large a coefficient becomes that a later scan adds bits to."""
    content = _gray(
        PROGRESSIVE,
        _table(0, 0),
        _table(0x10, 0x01, 0x00),
        _scan(0, 0, 0, "0"),
        _scan(1, 63, (shift + 1) << 4 | shift, "01" + "10"),
    )
    result = run(content, "a.jpg")
    assert result.code == code
    if not code:
        through(content, "a.jpg")


def test_a_negative_coefficient_may_not_grow_by_refinements() -> None:
    """-1023 has the bit 512 clear in its two's complement: a refinement takes 512 more off."""
    content = _gray(
        PROGRESSIVE,
        _table(0, 0),
        _table(0x10, 0x0A, 0x00),
        _scan(0, 0, 0, "0"),
        _scan(1, 63, 0, "0" + "0" * 10 + "10"),
        _scan(1, 63, 10 << 4 | 9, "10" + "1"),
    )
    stopped(content, "a.jpg", "SKS-D300")


def test_sums_that_run_over_stop() -> None:
    """A million differences of 2047: the decoder ends what it cannot add up."""
    eight = int(("0" + "1" * 11 + "0") * 8, 2).to_bytes(13, "big").replace(b"\xff", b"\xff\0")
    scan = segment(SOS, bytes((1, 1, 0, 0, 63, 0))) + eight * (1024 * 1024 // 8)
    content = _gray(SOF, _table(0, 11), _table(0x10, 0), scan, side=8_192)
    stopped(content, "a.jpg", "SKS-D300")


def test_a_quantization_that_changes_in_between_stops() -> None:
    parts = (_table(0, 0), _table(0x10, 0), _scan(0, 0, 0, "0"))
    other = segment(DQT, b"\0" + b"\2" * 64)
    through(_gray(PROGRESSIVE, *parts, _QUANTIZATION, _scan(1, 63, 0, "0")), "a.jpg")
    stopped(_gray(PROGRESSIVE, *parts, other, _scan(1, 63, 0, "0")), "a.jpg", "SKS-D301")


def test_units_that_no_single_scan_can_have_stop() -> None:
    frame = segment(SOF, b"\x08" + struct.pack(">HHB", 16, 16, 3) + b"\1\x22\0\2\x22\0\3\x22\0")
    scans = b"".join(
        segment(SOS, bytes((1, number, 0, 0, 63, 0))) + b"\0\0" for number in (1, 2, 3)
    )
    tables = _QUANTIZATION + _table(0, 0) + _table(0x10, 0)
    stopped(b"\xff\xd8" + tables + frame + scans + b"\xff\xd9", "a.jpg", "SKS-D301")


def test_what_misses_its_tables_stops() -> None:
    scan = _scan(0, 63, 0, "0" * 8)
    stopped(_gray(PROGRESSIVE, _scan(0, 63, 0, "0")), "a.jpg", "SKS-D300")
    stopped(_gray(PROGRESSIVE, _table(0, 0), _scan(0, 0, 0xFE, "0")), "a.jpg", "SKS-D300")
    stopped(_gray(SOF, _table(0, *range(20)), scan), "a.jpg", "SKS-D300")
    stopped(_gray(SOF, _table(0, 0), scan).replace(_QUANTIZATION, b""), "a.jpg", "SKS-D300")


@pytest.mark.parametrize("options", [{}, {"optimize": True}, {"progressive": True}])
def test_it_is_not_larger_than_it_came(options: dict[str, bool]) -> None:
    before = saved(scene().resize((800, 600)), "JPEG", **options)
    came, went = (jpeg_segments.read(memoryview(one)) for one in (before, _after(before)))
    slack = 1.01 if options.get("progressive") else 1
    assert went.coded_bytes <= slack * came.coded_bytes
    assert went.is_progressive == came.is_progressive


def _after(content: bytes) -> bytes:
    return through(content, "a.jpg").content


def test_both_codes_hold_the_same_coefficients() -> None:
    before = saved(scene(), "JPEG", subsampling=1)
    usual, best = coded_anew(before, is_progressive=False)
    assert len(best) < len(usual)
    assert opened(usual).tobytes() == opened(best).tobytes() == opened(before).tobytes()


def test_bytes_in_the_coded_data_of_the_finest_quality_go() -> None:
    image = Image.new("RGB", (64, 64), "white")
    before = saved(image, "JPEG", quality=100)
    after = through(before[:-2] + CANARY + b"\xff\xd9", "a.jpg").content
    assert CANARY not in after
    assert opened(after).tobytes() == opened(before).tobytes()


@pytest.mark.parametrize(("name", "value"), [("jpeglib_version", "8.0"), ("__file__", None)])
def test_another_library_is_not_called(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str | None
) -> None:
    """A library whose structures are not known, or none beside Pillow at all."""
    monkeypatch.setattr(jpeg_library._imaging, name, value)
    if value is None:
        monkeypatch.setattr(jpeg_library, "_SIGNATURES", {"jpeg_of_nobody": (None, ())})
    with pytest.raises(ImportError, match="libjpeg"):
        jpeg_library.library.__wrapped__()


_SMALL = scene().resize((37, 21))
_FILES = [
    saved(_SMALL, "JPEG"),
    saved(_SMALL, "JPEG", progressive=True),
    saved(_SMALL, "JPEG", quality=100, subsampling=0, restart_marker_blocks=2),
    saved(_SMALL.convert("L"), "JPEG", progressive=True),
    saved(_SMALL.convert("CMYK"), "JPEG", optimize=True),
]
_MARKERS = bytes((SOF, PROGRESSIVE, DHT, SOS, DQT, 0xDD))


@st.composite
def _with_other_heads(draw: Callable[..., int]) -> bytes:
    """Segments in front of the coded data with bytes changed, twice there, or moved."""
    content = bytearray(draw(st.sampled_from(_FILES)))
    starts = [
        at for at in range(len(content) - 4) if content[at] == 0xFF and content[at + 1] in _MARKERS
    ]
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.sampled_from(starts)) + draw(st.integers(2, 30))
        if at < len(content):
            content[at] = draw(st.sampled_from((0, 1, 2, 4, 11, 12, 0x10, 0x11, 0x22, 0x3F, 0xFF)))
    if draw(st.booleans()):
        at, to = draw(st.sampled_from(starts)), draw(st.sampled_from(starts))
        length = 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        content[to:to] = content[at : at + length]
    return bytes(content)


@settings(max_examples=400, suppress_health_check=list(HealthCheck))
@given(_with_other_heads())
def test_no_segment_ends_the_process(content: bytes) -> None:
    first = run(content, "a.jpg")
    if first.code:
        assert first.code.startswith("SKS-D")
        return
    assert run(first.content, "a.jpg").content == first.content
