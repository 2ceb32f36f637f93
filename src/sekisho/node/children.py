"""The node's own disarmer: a pool of sandboxed children, as the settings ask for it."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sekisho.disarm.profile import Profile
from sekisho.disarm.sandbox.lockdown import Level
from sekisho.disarm.sandbox.pool import Pool, State
from sekisho.kernel.errors import Refused, Unavailable
from sekisho.node.disarming import Disarmer, Done
from sekisho.node.held import Held
from sekisho.node.settings import DisarmSettings

TOO_LITTLE = "SKS-D031"
NOT_TRIED = "SKS-D027"
"""All children ended at once: nothing is known about the file, so it may be tried again."""


@dataclass(frozen=True)
class Children:
    """The pool as the node calls it: content in memory goes in and comes out by descriptor."""

    pool: Pool

    def disarm(self, content: Held, name: str, by: Profile, password: str | None = None) -> Done:
        # A description of its own: several threads may read the same content.
        with Path(f"/proc/self/fd/{content.descriptor}").open("rb", buffering=0) as untrusted:
            try:
                done = self.pool.disarm(untrusted, name, by, password)
            except Refused as refused:
                raise _of_the_node(refused) from None
        if done.report.code == NOT_TRIED:
            raise Unavailable(NOT_TRIED)
        out = done.report.went_out
        if done.content is None or out is None:
            return Done(done.report, None)
        with done.content as file:
            return Done(done.report, Held(os.dup(file.fileno()), out.bytes, out.sha256))

    def state(self) -> State:
        """What children are kept from here, measured. Raises Unavailable SKS-D030, SKS-D031."""
        try:
            return self.pool.state()
        except Refused as refused:
            raise _of_the_node(refused) from None

    def close(self) -> None:
        self.pool.close()


def _of_the_node(refused: Refused) -> Refused | Unavailable:
    """A lockdown that is too weak is this machine's fault: no file and no parcel is to blame."""
    if refused.code == TOO_LITTLE:
        return Unavailable(refused.code, **refused.params)
    return refused


def start_disarmer(settings: DisarmSettings) -> Disarmer:
    """The pool that disarms files for a node; it loads while the caller goes on."""
    return _children(settings)


def _children(settings: DisarmSettings) -> Children:
    return Children(Pool(settings.children, level_min=Level(settings.minimum)))


def look_at_disarming(settings: DisarmSettings) -> State:
    """What children are kept from and what they can rebuild. Raises as `Children.state`."""
    with closing(_children(settings)) as children:
        return children.state()
