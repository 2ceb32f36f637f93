"""What an error code means when only the code was kept."""

from __future__ import annotations

import re

from sekisho.kernel.errors import catalogue, explanation
from sekisho.kernel.speech import EN, language

GAP = re.compile(r"\{[a-z_]+\}")
"""What an error would fill in when it is raised."""


def reason_words(code: str) -> str:
    """A code with what it means; where a row keeps the code alone, its gaps stay open."""
    if code not in catalogue():
        return code
    what = explanation(code, EN if language() == EN else "ja").what
    return f"{code} {GAP.sub('…', what)}"
