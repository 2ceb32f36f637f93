"""What only a database server can do to a node: drop its connections, refuse a value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.faults import desk
from tests.support import acts
from tests.support import postgres as postgres_module
from tests.support.databases import forget_connection
from tests.support.town import TITLES, Town, found_town

from sekisho.kernel.merkle import leaf_hash
from sekisho.office.transfers.actions.sealing import letter_of
from sekisho.office.transfers.letter import Letter, write_letter
from sekisho.office.transfers.models import Transfer


@pytest.fixture
def served(postgres: postgres_module.Server, place: Path) -> Iterator[Town]:
    """A settled town whose nodes keep their rows on a server."""
    folder = place / "town"
    folder.mkdir()
    databases = {}
    for name in TITLES:
        postgres.create_database(f"served_{name}")
        databases[name] = postgres.settings(f"served_{name}")
    town = found_town(folder, databases=databases)
    town.settle()
    yield town
    for name, node in town.nodes.items():
        forget_connection(node.alias)
        postgres.drop_database(f"served_{name}")


def test_the_server_drops_every_connection(
    served: Town, postgres: postgres_module.Server, place: Path
) -> None:
    """As when it is restarted: one round may fail, the next works on a connection of its own."""
    transfer_id = desk.release(served)
    postgres.drop_connections()
    assert desk.codes(served.run("internet")) <= {"SKS-C010"}
    assert desk.codes(served.run("internet")) == set()
    postgres.drop_connections()
    desk.delivered_once(served, transfer_id, desk.CONTENT, place / "out")


FIELDS: dict[str, Callable[[Letter], Letter]] = {
    "purpose": lambda letter: replace(letter, purpose="目的\x00"),
    "sender": lambda letter: replace(letter, sender="sa\x00to"),
    "sender_name": lambda letter: replace(letter, sender_name="\x00"),
    "label": lambda letter: replace(letter, label="機密性\x002"),
    "path": lambda letter: replace(letter, files=(replace(letter.files[0], path="a\x00b"),)),
    "addressee": lambda letter: replace(letter, addressees=("sato", "\x00")),
}


def test_text_that_the_server_cannot_keep(served: Town, place: Path) -> None:
    """PostgreSQL keeps no NUL in a text; whoever holds a sending node's keys may write one."""
    for make_hostile in FIELDS.values():
        letter, approval = _approved_letter(served)
        acts.forge(
            served,
            write_letter(make_hostile(letter)),
            transfer_id=letter.transfer_id,
            files=[desk.CONTENT],
            approvals=(approval,),
        )
    good = desk.release(served, b"good", name="良.txt")
    served.run("internet")
    (done,) = served.run("lgwan")
    assert len(done.refused) == len(FIELDS)
    assert done.troubles == []
    assert desk.arrived(served) == [good]
    assert desk.collect(served, good, place / "out") == b"good"


def _approved_letter(town: Town) -> tuple[Letter, str]:
    """The letter of an approved transfer that was not sent, and its approval's leaf hash."""
    transfer_id = desk.release(town)
    with town.at("internet"):
        rows = Transfer.objects.filter(pk=transfer_id)
        rows.update(state="withdrawn")
        letter = letter_of(rows.get(), "佐藤 花子")
    return letter, leaf_hash(letter.decisions[0].event).hex()
