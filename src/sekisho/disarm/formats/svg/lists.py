"""What an SVG may hold: elements, attributes, properties, and the grammar of their values."""

from __future__ import annotations

import re
from enum import Enum

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"


_URL = r"url\( ?['\"]?#[\w.:-]+['\"]? ?\)"
_MOVES = "matrix|translate|scale|rotate|skewX|skewY"
_EFFECTS_OF_CSS = "blur|brightness|contrast|grayscale|hue-rotate|invert|opacity|saturate|sepia"


class Grammar(Enum):
    """How a value may look, its white space being single spaces.

    No grammar has room for an address, a backslash or markup, or takes more than linear time.
    """

    WORDS = re.compile(r"[-+\w.,;/%# ]*")
    """Numbers with units, keywords, colours by name and number, lists of them."""
    PATH = re.compile(r"[-+0-9.eE, MmZzLlHhVvCcSsQqTtAa]*")
    TRANSFORM = re.compile(rf"none|(?:(?:{_MOVES}) ?\([-+0-9.eE, a-z%]*\)[ ,]*)*")
    PAINT = re.compile(rf"(?:{_URL} ?)?(?:(?:rgba?|hsla?)\([-+0-9.,%/ a-z]*\)|[-\w# ]*)")
    REFERENCE = re.compile(rf"none|{_URL}")
    NAME = re.compile(r"[\w.:-]{1,200}")
    FONTS = re.compile(r"[-+\w.,/% '\"]*")
    FEW = re.compile(r"[0-9](?:[ ,]+[0-9])?")
    """One or two numbers below ten, where more would keep a viewer busy for hours."""
    FILTER = re.compile(rf"none|{_URL}|(?:{_EFFECTS_OF_CSS})\([-+0-9.% a-z]*\)")

    def holds(self, value: str) -> bool:
        """Whether the whole value is of this grammar."""
        return self.value.fullmatch(value) is not None


_SHAPES = """svg g defs symbol use switch title desc a path rect circle ellipse line polyline
    polygon text tspan textPath linearGradient radialGradient stop clipPath mask pattern marker
    image style filter"""
_EFFECTS = """feBlend feColorMatrix feComponentTransfer feFuncR feFuncG feFuncB feFuncA feComposite
    feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood
    feGaussianBlur feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting
    feSpotLight feTile feTurbulence"""
SHOWN = frozenset((*_SHAPES.split(), *_EFFECTS.split()))
"""Elements of the SVG namespace that stay."""

WITH_TEXT = frozenset(("title", "desc", "text", "tspan", "textPath", "a"))
"""Elements whose text is shown."""

LEFT_OUT = {
    "script": "svg-script",
    "foreignObject": "svg-foreign",
    "metadata": "svg-metadata",
    **dict.fromkeys(("animate", "animateMotion", "animateTransform", "animateColor", "set", "mpath",
                     "discard"), "svg-animation"),
    **dict.fromkeys(("feImage", "iframe", "audio", "video", "embed", "object", "link",
                     "font-face", "font-face-uri", "cursor", "handler", "listener"),
                    "svg-external"),
}  # fmt: skip
"""Elements that go, by the name under which a report mentions them; others are `svg-other`."""

_WORDS_PROPERTIES = """alignment-baseline baseline-shift clip-rule color color-interpolation
    color-interpolation-filters color-rendering direction display dominant-baseline fill-opacity
    fill-rule flood-opacity font-size font-size-adjust font-stretch font-style font-variant
    font-weight glyph-orientation-horizontal glyph-orientation-vertical image-rendering isolation
    kerning letter-spacing line-height mix-blend-mode opacity overflow paint-order pointer-events
    shape-rendering stop-opacity stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin
    stroke-miterlimit stroke-opacity stroke-width text-align text-anchor text-decoration
    text-orientation text-rendering text-transform unicode-bidi vector-effect visibility white-space
    word-spacing writing-mode text-indent enable-background font-feature-settings mask-type
    transform-origin transform-box"""

PROPERTIES: dict[str, Grammar] = {
    **dict.fromkeys(_WORDS_PROPERTIES.split(), Grammar.WORDS),
    **dict.fromkeys(("fill", "stroke", "stop-color", "flood-color", "lighting-color", "color"),
                    Grammar.PAINT),
    **dict.fromkeys(("clip-path", "mask", "marker", "marker-start", "marker-mid", "marker-end"),
                    Grammar.REFERENCE),
    "filter": Grammar.FILTER,
    "font-family": Grammar.FONTS,
    "font": Grammar.FONTS,
    "transform": Grammar.TRANSFORM,
}  # fmt: skip
"""Properties of CSS and, under the same names, attributes of every element."""

_WORDS_ATTRIBUTES = """amplitude azimuth baseFrequency bias class clipPathUnits cx cy
    diffuseConstant divisor dx dy edgeMode elevation exponent fr fx fy gradientUnits height in in2
    intercept k1 k2 k3 k4 kernelMatrix kernelUnitLength lang lengthAdjust limitingConeAngle
    markerHeight markerUnits markerWidth maskContentUnits maskUnits method mode offset operator
    orient pathLength patternContentUnits patternUnits points pointsAtX pointsAtY pointsAtZ
    preserveAlpha preserveAspectRatio primitiveUnits r radius refX refY requiredFeatures result
    rotate rx ry scale seed side slope spacing specularConstant specularExponent spreadMethod
    startOffset stdDeviation stitchTiles surfaceScale systemLanguage tableValues targetX targetY
    textLength type values version viewBox width x x1 x2 xChannelSelector y y1 y2 yChannelSelector z
    filterUnits baseProfile filterRes"""

ATTRIBUTES: dict[str, Grammar] = {
    **PROPERTIES,
    **dict.fromkeys(_WORDS_ATTRIBUTES.split(), Grammar.WORDS),
    **dict.fromkeys(("gradientTransform", "patternTransform"), Grammar.TRANSFORM),
    **dict.fromkeys(("numOctaves", "order"), Grammar.FEW),
    "d": Grammar.PATH,
    "id": Grammar.NAME,
}
"""Attributes without a namespace; `style` and `href` have rules of their own."""
