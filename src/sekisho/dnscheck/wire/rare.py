"""Data of types that no rule judges, through dnspython; unknown ones as in RFC 3597."""

from __future__ import annotations

import re

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype

_ROOT_ITSELF = re.compile(r"(?<!\S)@(?!\S)")


def rare_text(kind: int, message: bytes, at: int, end: int) -> str:
    """The data between `at` and `end` in one line. Raises ValueError for another form."""
    if end > len(message):
        raise ValueError("data beyond the message")
    number = dns.rdatatype.RdataType.make(kind)
    try:
        found = dns.rdata.from_wire(dns.rdataclass.IN, number, message, at, end - at)
        text = found.to_text(origin=dns.name.root, relativize=True)
    except (dns.exception.DNSException, ValueError, IndexError):
        raise ValueError(f"no {dns.rdatatype.to_text(number)}") from None
    return _ROOT_ITSELF.sub(".", text)
