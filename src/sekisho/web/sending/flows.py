"""Sending under a flow: which can be chosen, and what a chosen one fills in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sekisho.kernel.errors import Explanation, Refused
from sekisho.kernel.speech import language
from sekisho.node.opening import Node
from sekisho.office.accounts.models import Person
from sekisho.office.flows import queries
from sekisho.office.flows.actions.using import misnamed, require_usable
from sekisho.office.flows.entry import Entry
from sekisho.office.flows.models import Flow
from sekisho.office.permissions import Act, may
from sekisho.office.uploads.models import Draft, Upload
from sekisho.office.uploads.rules import Texts


@dataclass(frozen=True)
class Offered:
    """A flow that can be chosen, with what it fills in; `own` is one of this person's division."""

    code: str
    name: str
    own: bool
    to_node: str
    addressees: str
    purpose: str
    label: str
    files: str


def offered(person: Person, node: Node, to_nodes: Sequence[str]) -> list[Offered]:
    """The flows in use that lead from here to where this person may send, his own first."""
    if not may(person.roles, Act.SEE_FLOWS):
        return []
    found = [_offered(one, person) for one in queries.usable(node.desk, to_nodes)]
    return sorted(found, key=lambda one: (not one.own, one.code))


def _offered(row: Flow, person: Person) -> Offered:
    return Offered(
        code=row.code,
        name=row.name,
        own=row.owner == person.login or row.unit in {person.division} - {""},
        to_node=row.to_node,
        addressees="、".join(row.addressees),
        purpose=row.purpose or row.name,
        label=row.label,
        files="、".join(row.files),
    )


def entry_for(person: Person, node: Node, code: str) -> Entry:
    """The flow of this code, for somebody who may see the register. Raises Refused SKS-F010,
    SKS-F020, SKS-F021."""
    if not may(person.roles, Act.SEE_FLOWS):
        raise Refused("SKS-F010", flow=code[:40])
    return require_usable(node.desk, code)


def with_flow(person: Person, node: Node, texts: Texts, *, anew: bool) -> Texts:
    """The texts with what the chosen flow says: where nothing is said, or `anew` all of it.

    Raises Refused as `entry_for` does.
    """
    if not texts.flow:
        return texts
    entry = entry_for(person, node, texts.flow)
    said = {
        "to_node": entry.to_node,
        "addressees": entry.addressees,
        "purpose": entry.purpose or entry.name,
        "label": entry.label,
    }
    fills = {name: one for name, one in said.items() if one and (anew or not getattr(texts, name))}
    return replace(texts, **fills)


def unexpected(draft: Draft, uploads: Sequence[Upload]) -> dict[str, Explanation]:
    """Upload → why its name does not fit the flow of the draft."""
    row = queries.flow_named(draft.flow) if draft.flow else None
    if row is None:
        return {}
    found = {one.upload_id: misnamed(row, one.path) for one in uploads}
    return {key: fault.explain(language()) for key, fault in found.items() if fault}
