"""Names in DNS, who holds them, and what is known of them; nothing here asks a server yet.

`holding(name)` says what is registered and which body owns it; `to_ascii` and `to_unicode` are
the two spellings of a name. `answers` has the values that rules judge, wherever they come from.
"""

from sekisho.dnscheck.answers import Answer, Collected, Observations, Question, Record
from sekisho.dnscheck.names import to_ascii, to_unicode
from sekisho.dnscheck.registry import Holding, Kind, holding
from sekisho.dnscheck.zone import Zone, Zones, read_zone

__all__ = [
    "Answer",
    "Collected",
    "Holding",
    "Kind",
    "Observations",
    "Question",
    "Record",
    "Zone",
    "Zones",
    "holding",
    "read_zone",
    "to_ascii",
    "to_unicode",
]
