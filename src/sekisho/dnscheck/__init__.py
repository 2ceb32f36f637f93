"""Names in DNS and who holds them; nothing here asks a server yet.

`holding(name)` says what is registered and which body owns it; `to_ascii` and `to_unicode` are
the two spellings of a name.
"""

from sekisho.dnscheck.names import to_ascii, to_unicode
from sekisho.dnscheck.registry import Holding, Kind, holding

__all__ = ["Holding", "Kind", "holding", "to_ascii", "to_unicode"]
