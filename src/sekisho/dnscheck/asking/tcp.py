"""A question by TCP, where UDP had no room for the answer; through dnspython."""

from __future__ import annotations

import dns.exception
import dns.message
import dns.query

from sekisho.dnscheck.answers import Outcome
from sekisho.dnscheck.asking.server import Place

MESSAGE_BYTES_MAX = 65_535


def by_tcp(packet: bytes, place: Place, seconds: float) -> bytes | Outcome:
    """The reply to a query, or why there is none. Ends within `seconds`."""
    try:
        asked = dns.message.from_wire(packet)
        found = dns.query.tcp(asked, place.address, timeout=seconds, port=place.port)
        return found.to_wire(max_size=MESSAGE_BYTES_MAX)
    except dns.exception.Timeout:
        return Outcome.SILENT
    except (OSError, EOFError):
        return Outcome.UNREACHABLE
    except (dns.exception.DNSException, ValueError):
        return Outcome.GARBLED
