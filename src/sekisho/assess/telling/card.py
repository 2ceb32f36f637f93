"""The picture of a sequence: lanes are zones, boxes are numbered steps, marks are measures.

Text is set by columns (East Asian characters take two), so that no word leaves its box.
"""

from __future__ import annotations

from html import escape
from itertools import pairwise

from sekisho.assess.catalogue import ZONES, Step
from sekisho.kernel.speech import EN, Pair
from sekisho.kernel.widths import wrap

OUTSIDE: Pair = ("庁外・委託先", "outside, contractors")
LANES: dict[str, Pair] = {"outside": OUTSIDE, **ZONES}
BOX_COLUMNS, MARK_COLUMNS, LINE, CHAR = 22, 28, 17, 7.2
BOX_WIDTH = round(BOX_COLUMNS * CHAR) + 22
GAP, LANE_NAME, MARK_LINE = 34, 118, 15
_FONT = (
    "font-family=\"'Noto Sans JP','Noto Sans CJK JP','Yu Gothic',Meiryo,sans-serif\" "
    'font-size="13" fill="#1a1a1a"'
)
"""As attributes: a page whose policy forbids styles of its own shows the picture too."""
_SMALL, _BOLD = 'font-size="11.5" fill="#197a4b"', 'font-weight="700"'


def card(steps: tuple[Step, ...], marks: dict[int, list[Pair]], language: str) -> str:
    """An SVG of its own. `marks`: number of a step → what would stop it."""
    side = 1 if language == EN else 0
    boxes = [_lines(step.words[side], BOX_COLUMNS) for step in steps]
    notes = [
        [line for mark in marks.get(n, []) for line in _lines("◆ " + mark[side], MARK_COLUMNS)]
        for n in range(1, len(steps) + 1)
    ]
    lanes = [zone for zone in LANES if zone in {_lane(step) for step in steps}]
    tall = max(len(box) for box in boxes) * LINE + 18
    height = tall + max(len(note) for note in notes) * MARK_LINE + 40
    width = LANE_NAME + len(steps) * (BOX_WIDTH + GAP) + 8
    parts = [_lane_band(lane, i, height, width, side) for i, lane in enumerate(lanes)]
    spots = [
        (LANE_NAME + i * (BOX_WIDTH + GAP), lanes.index(_lane(step)) * height + 20)
        for i, step in enumerate(steps)
    ]
    parts += [_arrow(a, b, tall) for a, b in pairwise(spots)]
    for number, (spot, box, note) in enumerate(zip(spots, boxes, notes, strict=True), 1):
        parts.append(_box(spot, number, box, note, tall))
    title = escape(" → ".join(step.words[side] for step in steps))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height * len(lanes)}" '
        f'width="{width}" height="{height * len(lanes)}" role="img"><title>{title}</title>'
        f'<defs><marker id="tip" markerWidth="8" markerHeight="8" refX="7" '
        f'refY="4" orient="auto"><path d="M0 0L8 4L0 8z" fill="#4d4d4d"/></marker></defs>'
        f"<g {_FONT}>{''.join(parts)}</g></svg>"
    )


def _lane(step: Step) -> str:
    return step.zone if step.zone in LANES else "outside"


def _lines(text: str, columns: int) -> list[str]:
    return wrap(text, columns)


def _lane_band(lane: str, index: int, height: int, width: int, side: int) -> str:
    fill = "#f2f2f2" if index % 2 == 0 else "#e8f1fe"
    top = index * height
    name = "".join(
        f'<text {_BOLD} x="10" y="{top + 38 + LINE * i}">{escape(line)}</text>'
        for i, line in enumerate(_lines(LANES[lane][side], 12))
    )
    return f'<rect x="0" y="{top}" width="{width}" height="{height}" fill="{fill}"/>{name}'


def _arrow(start: tuple[int, int], end: tuple[int, int], tall: int) -> str:
    x1, y1 = start[0] + BOX_WIDTH, start[1] + tall // 2
    x2, y2 = end[0] - 2, end[1] + tall // 2
    middle = (x1 + x2) // 2
    return (
        f'<path d="M{x1} {y1}H{middle}V{y2}H{x2}" fill="none" stroke="#4d4d4d" '
        'stroke-width="1.8" marker-end="url(#tip)"/>'
    )


def _box(spot: tuple[int, int], number: int, box: list[str], note: list[str], tall: int) -> str:
    x, y = spot
    under = y + tall + 17
    lines = "".join(
        f'<text x="{x + 12}" y="{y + 23 + LINE * i}">{escape(line)}</text>'
        for i, line in enumerate(box)
    )
    marks = "".join(
        f'<text {_SMALL} x="{x}" y="{under + MARK_LINE * i}">{escape(line)}</text>'
        for i, line in enumerate(note)
    )
    return (
        f'<rect x="{x}" y="{y}" width="{BOX_WIDTH}" height="{tall}" rx="6" fill="#fff" '
        f'stroke="#0017c1" stroke-width="1.4"/>{lines}'
        f'<circle cx="{x}" cy="{y}" r="11" fill="#0017c1"/>'
        f'<text {_BOLD} fill="#fff" x="{x}" y="{y + 4.5}" text-anchor="middle">{number}</text>'
        f"{marks}"
    )
