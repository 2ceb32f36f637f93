"""A file that lies in the vault, as the verbs of the office ask for it."""

from __future__ import annotations

import builtins

from sekisho.seal.vault import Deposited


class InVault:
    """Gives the parts of what was deposited by the names that the office uses."""

    deposited: Deposited

    @property
    def object_id(self) -> str:
        return self.deposited.object_id

    @property
    def data_key(self) -> builtins.bytes:
        return self.deposited.data_key

    @property
    def bytes(self) -> int:
        return self.deposited.bytes

    @property
    def sha256(self) -> str:
        return self.deposited.sha256
