"""Domain names as text: one spelling for comparing (ASCII, lower case), one for people.

Japanese labels go both ways by UTS 46 and IDNA 2008. Labels such as `_dmarc` are names in DNS
too, although no host may be called so.
"""

from __future__ import annotations

import re

import idna

from sekisho.kernel.errors import InvalidInput

LABEL_BYTES_MAX = 63
NAME_BYTES_MAX = 253
"""RFC 1035, section 2.3.4: 255 on the wire, which is 253 characters without the root."""

_DOTS = re.compile("[.。．｡]")
_LABEL = re.compile(r"[a-z0-9_*-]+")
_SHOWN_MAX = 80


def to_ascii(untrusted_text: str) -> str:
    """The spelling for comparing: lower case, `xn--`, no root dot. Raises InvalidInput SKS-Q001."""
    text = untrusted_text.strip()
    if len(text) > 2 * NAME_BYTES_MAX:
        raise _refused(untrusted_text)
    labels = _DOTS.split(text)
    if len(labels) > 1 and not labels[-1]:
        labels.pop()
    try:
        name = ".".join(_ascii_label(label) for label in labels)
    except (idna.IDNAError, UnicodeError):
        raise _refused(untrusted_text) from None
    if not all(labels) or len(name) > NAME_BYTES_MAX:
        raise _refused(untrusted_text)
    return name


def to_unicode(name: str) -> str:
    """The spelling for people. A label that is no valid IDN stays as it is."""
    return ".".join(_unicode_label(label) for label in name.split("."))


def _ascii_label(label: str) -> str:
    if label.isascii():
        small = label.lower()
        if not _LABEL.fullmatch(small) or len(small) > LABEL_BYTES_MAX:
            raise idna.IDNAError(label)
        return small
    return idna.encode(label, uts46=True).decode("ascii")


def _unicode_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return idna.decode(label)
    except (idna.IDNAError, UnicodeError):
        return label


def _refused(untrusted_text: str) -> InvalidInput:
    return InvalidInput("SKS-Q001", name=untrusted_text.strip()[:_SHOWN_MAX])
