"""Lists and searches over years of transfers: what they take, and how they grow.

    python bench/lists.py --few 5000 --many 50000

A node on SQLite is filled with as many transfers that left and as many that arrived, of 300
people. Both sizes are asked in turn, five rounds; printed are medians and their ratio: how much
slower ten times the transfers make each question.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db.models import F

import sekisho.web  # noqa: F401  first: it configures the pages
from sekisho.kernel.clock import SettableClock
from sekisho.kernel.ids import new_id
from sekisho.node.demo import town as towns
from sekisho.node.opening import Node
from sekisho.office.accounts.models import Person
from sekisho.office.evidence.looking import EventTerms, events
from sekisho.office.evidence.models import Event
from sekisho.office.transfers import queries
from sekisho.office.transfers.models import (
    Addressee,
    Arrival,
    ArrivalAddressee,
    ArrivedFile,
    Collection,
    Decision,
    Transfer,
    TransferFile,
)
from sekisho.office.transfers.searching import SearchTerms, search
from sekisho.office.transfers.sights import sight_of
from sekisho.web.waiting import to_collect

ROUNDS = 5
LOGINS = [f"u{number:03}" for number in range(300)]
DIVISIONS = ("税務課", "福祉課", "戸籍課", "土木課")
ENDED = ("received",) * 40 + ("rejected", "withdrawn")
OPEN = ("received",) * 30 + ("waiting", "sent_back", "sent")
OPEN_ROWS = 500
ADMIN = "tanaka"


def _add(model: Any, rows: list[Any]) -> None:
    model.objects.bulk_create(rows, batch_size=500)


def fill(node: Node, count: int) -> None:
    """`count` transfers that left and `count` that arrived, one a minute until now."""
    chance, now = random.Random(count), node.desk.now()
    people = [Person(login=one, name=f"職員 {one}", division=DIVISIONS[0]) for one in LOGINS]
    for one in people:
        one.roles = ["staff"]
    _add(Person, people)
    _fill_sent(count, chance, now)
    _fill_arrived(count, chance, now)


def _fill_sent(count: int, chance: random.Random, now: datetime) -> None:
    ids = [new_id("tr") for _ in range(count)]
    ends = {"changed": now, "erase_after": now, "levels": []}
    _add(
        Transfer,
        [
            Transfer(
                transfer_id=one,
                to_node="internet",
                sender=chance.choice(LOGINS),
                purpose=f"{chance.choice(DIVISIONS)}の資料 {place}",
                label="機密性2",
                state=chance.choice(ENDED if place < count - OPEN_ROWS else OPEN),
                created=now - timedelta(minutes=count - place),
                **ends,
            )
            for place, one in enumerate(ids)
        ],
    )
    _add(TransferFile, [TransferFile(transfer_id=one, **_file(n)) for n, one in enumerate(ids)])
    _add(Addressee, [Addressee(transfer_id=one, login=chance.choice(LOGINS)) for one in ids])
    nothing = {"event": b"", "event_hash": "", "salt": b""}
    decided = {"round": 1, "verb": "approve", "made": now, **nothing}
    _add(
        Decision,
        [Decision(transfer_id=one, person=chance.choice(LOGINS), **decided) for one in ids],
    )
    _add(
        Event,
        [
            Event(kind=kind, subject=one, time=now, envelope=b"", leaf_hash="", leaf_index=None)
            for one in ids
            for kind in ("transfer.submitted", "transfer.approved", "transfer.sent")
        ],
    )
    # As the sequencer leaves them; the places themselves do not matter here.
    Event.objects.filter(leaf_index=None).update(leaf_index=1_000_000 + F("pk"))


def _file(number: int) -> dict[str, Any]:
    return {
        "position": 0,
        "path": f"資料_{number}.xlsx",
        "bytes": 1_000,
        "sha256": "0" * 64,
        "content_type": "xlsx",
        "object_id": "",
    }


def _fill_arrived(count: int, chance: random.Random, now: datetime) -> None:
    ids = [new_id("tr") for _ in range(count)]
    _add(
        Arrival,
        [
            Arrival(
                transfer_id=one,
                from_node="internet",
                parcel_id="",
                sender=chance.choice(LOGINS),
                sender_name="だれか",
                purpose=f"{chance.choice(DIVISIONS)}への回答 {place}",
                label="機密性2",
                state="collected" if place < count - OPEN_ROWS else "received",
                erased=place < count - OPEN_ROWS,
                received=now - timedelta(minutes=count - place),
                erase_after=now,
            )
            for place, one in enumerate(ids)
        ],
    )
    _add(ArrivedFile, [ArrivedFile(arrival_id=one, **_file(n)) for n, one in enumerate(ids)])
    rows = [ArrivalAddressee(arrival_id=one, login=chance.choice(LOGINS)) for one in ids]
    _add(ArrivalAddressee, rows)
    files = ArrivedFile.objects.filter(arrival__erased=True).values_list("pk", flat=True)
    taken = [Collection(file_id=one, person=chance.choice(LOGINS), collected=now) for one in files]
    _add(Collection, taken)


def questions(node: Node) -> dict[str, Callable[[], object]]:
    """What people ask, by its name in the table."""
    desk, every = node.desk, sight_of(node.desk, ADMIN)

    def found(login: str, **terms: Any) -> Callable[[], object]:
        return lambda: search(SearchTerms(**terms), sight=sight_of(desk, login))

    return {
        "newest of all": lambda: search(SearchTerms(), sight=every),
        "newest that one may see": found(LOGINS[7]),
        "a common word": found(ADMIN, text="税務課の資料"),
        "a word that one transfer has": found(ADMIN, text="資料_4321"),
        "a word, of what one may see": found(LOGINS[7], text="税務課"),
        "a person": found(ADMIN, person=LOGINS[7]),
        "what waits to be decided": lambda: queries.waiting(desk, LOGINS[7]),
        "what waits to be collected": lambda: to_collect(node, LOGINS[7]),
        "newest events": lambda: events(EventTerms()),
        "events of a kind": lambda: events(EventTerms(kinds=("transfer.approved",))),
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Fill two nodes, ask both in turn, print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--few", type=int, default=5_000)
    parser.add_argument("--many", type=int, default=50_000)
    args = parser.parse_args(argv)
    clock = SettableClock(datetime.now(UTC))
    taken: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        nodes = {}
        for count in (args.few, args.many):
            place = towns.cleared(Path(folder) / str(count))
            town = stack.enter_context(closing(towns.found(place, clock)))
            node = nodes[count] = town.nodes["lgwan"]
            with node.at_work():
                fill(node, count)
        for _ in range(ROUNDS):
            for count, node in nodes.items():
                with node.at_work():
                    for name, ask in questions(node).items():
                        began = time.perf_counter()
                        ask()
                        taken[name][count].append(time.perf_counter() - began)
    print(f"{'question':32}{args.few:>12,}{args.many:>12,}{'ratio':>8}")
    for name, by_count in taken.items():
        few, many = (statistics.median(by_count[one]) for one in (args.few, args.many))
        print(f"{name:32}{few * 1e3:9.1f} ms{many * 1e3:9.1f} ms{many / few:7.1f}x")


if __name__ == "__main__":
    main()
