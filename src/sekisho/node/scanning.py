"""What others know of a file: ClamAV and the YARA rules of the house, where the settings name them.

Both see the file as it came, before it is disarmed. ClamAV's word stops a file; what is not
scanned is told as such and never counts as clean. YARA rules inform people.
"""

from __future__ import annotations

from dataclasses import dataclass

from sekisho.disarm.account import Account, Entry
from sekisho.disarm.inspect import clamav, yara
from sekisho.kernel.errors import InvalidInput, Unavailable
from sekisho.node.held import Held
from sekisho.node.settings import DisarmSettings


@dataclass(frozen=True)
class Scanner:
    """Who is asked about a file; nobody when nothing is configured."""

    clamd: clamav.Clamd
    rules: yara.Rules | None = None

    def look(self, content: Held) -> tuple[Entry, ...]:
        """What people should know. Raises Stopped SKS-D800 for malware."""
        account = Account()
        if self.clamd.is_configured:
            verdict = clamav.scan(self.clamd, map(bytes, content.pieces()))
            clamav.require_clean(verdict, may_be_unscanned=True)
            clamav.note(account, verdict)
        if self.rules is not None:
            yara.note(account, self.rules.scan(b"".join(map(bytes, content.pieces()))))
        return account.entries()


def scanner(settings: DisarmSettings) -> Scanner:
    """The scanner that the settings ask for.

    Raises InvalidInput SKS-D810 (a YARA rule), SKS-C005 (`disarm.clamd`), Unavailable SKS-C013.
    """
    rules = None
    if settings.yara_rules is not None:
        try:
            rules = yara.compile_rules(yara.read_rules(settings.yara_rules))
        except OSError as error:
            raise Unavailable("SKS-C013", reason=str(error)) from None
    return Scanner(clamd_of(settings.clamd), rules)


def clamd_of(where: str) -> clamav.Clamd:
    """`/run/clamav/clamd.ctl`, `host:3310`, or nothing. Raises InvalidInput SKS-C005."""
    if not where or where.startswith("/"):
        return clamav.Clamd(path=where)
    host, _, port = where.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()):
        raise InvalidInput("SKS-C005", key="disarm.clamd", value=where, allowed="/…, HOST:PORT")
    return clamav.Clamd(host=host, port=int(port))
