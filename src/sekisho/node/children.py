"""The node's own disarmer: a pool of sandboxed children, as the settings ask for it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from sekisho.disarm.account import Entry
from sekisho.disarm.engine import RULES_VERSION
from sekisho.disarm.inspect.clamav import Clamd
from sekisho.disarm.limits import ENTRIES_MAX
from sekisho.disarm.profile import Profile
from sekisho.disarm.report import Content, Outcome, Report, Sandbox
from sekisho.disarm.sandbox.lockdown import Level
from sekisho.disarm.sandbox.office_program import convert
from sekisho.disarm.sandbox.pool import Pool, State
from sekisho.disarm.work import Stopped
from sekisho.kernel.errors import Refused, Unavailable
from sekisho.node.disarming import Disarmer, Done
from sekisho.node.held import Held
from sekisho.node.scanning import Scanner, scanner
from sekisho.node.settings import DisarmSettings

TOO_LITTLE = "SKS-D031"
NOT_TRIED = "SKS-D027"
"""All children ended at once: nothing is known about the file, so it may be tried again."""


@dataclass(frozen=True)
class Children:
    """The pool as the node calls it: content in memory goes in and comes out by descriptor.

    Scanners are asked first: children have no way to them.
    """

    pool: Pool
    scanner: Scanner = field(default_factory=lambda: Scanner(Clamd()))

    def look(self, content: Held) -> tuple[Entry, ...]:
        return self.scanner.look(content)

    def disarm(self, content: Held, name: str, by: Profile, password: str | None = None) -> Done:
        try:
            seen = self.look(content)
        except Stopped as stopped:
            return Done(_infected(content, name, by, stopped), None)
        done = self._in_a_child(content, name, by, password)
        entries = (*seen, *done.report.entries)[:ENTRIES_MAX]
        return replace(done, report=replace(done.report, entries=entries))

    def _in_a_child(self, content: Held, name: str, by: Profile, password: str | None) -> Done:
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

    def version(self) -> tuple[str, Mapping[str, str]]:
        return RULES_VERSION, self.state().hello.tools

    def close(self) -> None:
        self.pool.close()


def _infected(content: Held, name: str, by: Profile, stopped: Stopped) -> Report:
    """The report of a file that no child has seen."""
    return Report(
        profile=by.name,
        rules=RULES_VERSION,
        came_in=Content(name, content.content_type().name, content.bytes, content.sha256),
        outcome=Outcome.STOPPED,
        sandbox=Sandbox(Level.NONE.value),
        code=stopped.code,
        detail={key: str(value) for key, value in stopped.params.items()},
    )


def _of_the_node(refused: Refused) -> Refused | Unavailable:
    """A lockdown that is too weak is this machine's fault: no file and no parcel is to blame."""
    if refused.code == TOO_LITTLE:
        return Unavailable(refused.code, **refused.params)
    return refused


def start_disarmer(settings: DisarmSettings) -> Disarmer:
    """The pool that disarms files for a node; it loads while the caller goes on."""
    return _children(settings)


def _children(settings: DisarmSettings) -> Children:
    asked = scanner(settings)
    level = Level(settings.minimum)
    return Children(Pool(settings.children, level_min=level, convert=convert), asked)


def look_at_disarming(settings: DisarmSettings) -> State:
    """What children are kept from and what they can rebuild. Raises as `Children.state`."""
    with closing(_children(settings)) as children:
        return children.state()
