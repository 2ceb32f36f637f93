"""Who works here: the node on whose behalf an action is done, and the tools on its desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sekisho.kernel.clock import Clock
from sekisho.kernel.signing import SigningKeys
from sekisho.seal.keyring import Keyring


@dataclass(frozen=True)
class Desk:
    """What an action may use besides the database: name, zone, keys, clock.

    `token` is the id of the machine token through which a program acts here, if one does: it
    stands in the evidence of everything that is done at this desk.
    """

    node: str
    zone: str
    signing: SigningKeys
    keyring: Keyring
    clock: Clock
    token: str = ""

    def now(self) -> datetime:
        """The present moment by this desk's clock."""
        return self.clock.now()
