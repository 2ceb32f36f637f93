"""DNS messages as bytes (RFC 1035): queries written, replies read within bounds.

Nothing here knows sockets or time. The types that rules judge are read here; the few others come
through dnspython (`rare`), which is also the oracle of the tests.
"""

from sekisho.dnscheck.wire.names import name_bytes
from sekisho.dnscheck.wire.query import query
from sekisho.dnscheck.wire.reply import Reply, read_reply
from sekisho.dnscheck.wire.types import type_name, type_number

__all__ = ["Reply", "name_bytes", "query", "read_reply", "type_name", "type_number"]
