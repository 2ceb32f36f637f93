"""Expressions as automata: one table look-up for each byte, whatever a file says.

RE2 never goes back, so that no file can make it slow. It has no possessive repeats and cannot look
ahead: where two things may meet, the expression itself says what must stand between them.
"""

from __future__ import annotations

import re2

BYTES_MAX = 32 * 1024 * 1024
"""States are made as they are met; with this much of them it starts anew."""


def automaton(expression: bytes) -> re2._Regexp:
    """An expression over bytes as they are; a dot is any of them. It captures nothing."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.dot_nl = True
    options.never_capture = True
    options.max_mem = BYTES_MAX
    return re2.compile(expression, options)
