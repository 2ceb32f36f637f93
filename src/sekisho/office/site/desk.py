"""Who works here: the node on whose behalf an action is done, and the tools on its desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sekisho.kernel.clock import Clock
from sekisho.kernel.signing import SigningKeys
from sekisho.seal.keyring import Keyring


@dataclass(frozen=True)
class Desk:
    """What an action may use besides the database: name, zone, keys, clock."""

    node: str
    zone: str
    signing: SigningKeys
    keyring: Keyring
    clock: Clock

    def now(self) -> datetime:
        """The present moment by this desk's clock."""
        return self.clock.now()
