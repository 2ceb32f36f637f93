"""Record types by name and by number (IANA, DNS parameters); others are `TYPE65280` (RFC 3597)."""

from __future__ import annotations

import re

from sekisho.kernel.errors import InvalidInput

NUMBERS = {
    "A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "HINFO": 13, "MX": 15, "TXT": 16, "RP": 17,
    "AAAA": 28, "LOC": 29, "SRV": 33, "NAPTR": 35, "CERT": 37, "DNAME": 39, "DS": 43, "SSHFP": 44,
    "RRSIG": 46, "NSEC": 47, "DNSKEY": 48, "NSEC3": 50, "NSEC3PARAM": 51, "TLSA": 52,
    "SMIMEA": 53, "CDS": 59, "CDNSKEY": 60, "OPENPGPKEY": 61, "CSYNC": 62, "ZONEMD": 63,
    "SVCB": 64, "HTTPS": 65, "SPF": 99, "URI": 256, "CAA": 257,
}  # fmt: skip
NAMES = {number: name for name, number in NUMBERS.items()}
NUMBER_MAX = 65_535
_META = frozenset({0, 41, *range(249, 256)})
"""Numbers that are no records: OPT, and questions for several types or for a whole zone."""
_GENERIC = re.compile(r"TYPE(\d{1,5})", re.ASCII)


def type_number(untrusted_name: str) -> int:
    """The number of a type that may be asked for. Raises InvalidInput SKS-Q102."""
    number = NUMBERS.get(untrusted_name)
    if number is None:
        generic = _GENERIC.fullmatch(untrusted_name)
        number = int(generic[1]) if generic else 0
    if number in _META or number > NUMBER_MAX:
        raise InvalidInput("SKS-Q102", type=untrusted_name[:20])
    return number


def type_name(number: int) -> str:
    """The reverse of `type_number`."""
    return NAMES.get(number) or f"TYPE{number}"
