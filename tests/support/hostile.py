"""Documents with one place changed, for parsers that must answer with nothing but our errors."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31", "0001-01-01", "S0", "S1"]
    ),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**54), 2**54), TEXTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)


@st.composite
def changed(draw: st.DrawFn, document: dict[str, Any]) -> dict[str, Any]:
    """The document with one value replaced or taken away, or one field added somewhere."""
    result = copy.deepcopy(document)
    parent, key = draw(st.sampled_from(_places(result)))
    if draw(st.booleans()):
        parent[key] = draw(VALUES)
    elif isinstance(parent, dict) and draw(st.booleans()):
        parent[draw(TEXTS)] = draw(VALUES)
    else:
        del parent[key]
    return result


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in the document."""
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    else:
        return []
    return [(value, key) for key, _ in inner] + [
        place for _, one in inner for place in _places(one)
    ]
