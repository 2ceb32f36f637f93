"""Parcels that were changed, cut, copied, renamed or misdirected in the store: refused by code,
and the genuine one beside them comes through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.faults import desk
from tests.support.town import Town

from sekisho.kernel.ids import new_id
from sekisho.office.evidence.models import Event
from sekisho.office.post.models import IncomingParcel
from sekisho.office.transfers.actions import sending

MIB = 1024 * 1024
LARGE = 18 * MIB


def _flip(at: float) -> Callable[[bytes], bytes]:
    def changed(data: bytes) -> bytes:
        place = int(len(data) * at)
        return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]

    return changed


CHANGES: dict[str, tuple[Callable[[bytes], bytes], set[str]]] = {
    "magic": (_flip(0.0), {"SKS-P001"}),
    "envelope": (_flip(0.3), {"SKS-K001", "SKS-K002", "SKS-K006", "SKS-K008", "SKS-P002"}),
    "ciphertext": (_flip(0.99), {"SKS-P012", "SKS-P032"}),
    "cut short": (lambda data: data[:-7], {"SKS-P002"}),
    "longer": (lambda data: data + b"x", {"SKS-P002"}),
    "empty": (lambda data: b"", {"SKS-P001"}),
    "other bytes": (lambda data: b"\x00" * len(data), {"SKS-P001"}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_head_is_refused(town: Town, place: Path, change: str) -> None:
    alter, allowed = CHANGES[change]
    transfer_id, genuine = desk.release(town), desk.release(town, b"genuine", name="別.txt")
    town.run("internet")
    parcel = desk.parcel_of(town, transfer_id)
    head = desk.head_file(town, parcel.parcel_id)
    original = head.read_bytes()
    head.write_bytes(alter(original))

    (done,) = town.run("lgwan")
    row = desk.incoming(town, parcel.parcel_id)
    assert row.state == "refused" and row.code in allowed, row.code
    assert [one.code for one in done.refused] == [row.code]
    assert desk.arrived(town) == [genuine]
    with town.at("lgwan"):
        assert Event.objects.filter(kind="parcel.refused").count() == 1

    # Not lost: the sender sends it again. Put back, the first parcel is known and stays refused.
    head.write_bytes(original)
    _send_again(town, transfer_id)
    desk.delivered_once(town, transfer_id, desk.CONTENT, place / "out")
    desk.delivered_once(town, genuine, b"genuine", place / "out2")


def _send_again(town: Town, transfer_id: str) -> None:
    with town.at("internet") as node:
        sending.resend(node.desk, actor="sato", transfer_id=transfer_id)


@pytest.mark.parametrize("harm", ["flip", "cut", "swap"])
def test_a_changed_block_is_refused(town: Town, place: Path, harm: str) -> None:
    content = bytes(range(256)) * (LARGE // 256)
    transfer_id = desk.release(town, content)
    town.run("internet")
    parcel = desk.parcel_of(town, transfer_id)
    assert parcel.blocks == 2
    head = desk.head_file(town, parcel.parcel_id)
    first, second = (head.with_suffix(f".b0000{n}") for n in (0, 1))
    a, b = first.read_bytes(), second.read_bytes()
    if harm == "flip":
        first.write_bytes(_flip(0.5)(a))
    elif harm == "cut":
        second.write_bytes(b[:-1])
    else:
        first.write_bytes(b)
        second.write_bytes(a)

    town.run("lgwan")
    row = desk.incoming(town, parcel.parcel_id)
    assert (row.state, row.code[:5]) == ("refused", "SKS-P")
    assert desk.arrived(town) == []
    _nothing_in_the_vault(town)
    # The sender was told: the head was his, so a signed refusal goes back.
    town.run("internet")
    assert desk.state(town, transfer_id) == "refused"
    first.write_bytes(a)
    second.write_bytes(b)
    _send_again(town, transfer_id)
    desk.delivered_once(town, transfer_id, content, place / "out")


def _nothing_in_the_vault(town: Town) -> None:
    """Nothing of a refused parcel stays in the receiver's vault."""
    with town.at("lgwan") as node:
        assert list(node.vault.object_ids()) == []


def test_a_parcel_that_came_before_is_known_again(town: Town, place: Path) -> None:
    transfer_id = desk.release(town)
    town.run("internet")
    parcel_id = desk.parcel_of(town, transfer_id).parcel_id
    head = desk.head_file(town, parcel_id)
    kept = head.read_bytes()
    desk.delivered_once(town, transfer_id, desk.CONTENT, place / "out")

    head.write_bytes(kept)
    copies = {new_id("pc"): "SKS-P004" for _ in range(3)}
    for copy in copies:
        desk.head_file(town, copy).write_bytes(kept)
    (done,) = town.run("lgwan")
    assert done.received == 0
    assert {one.code for one in done.refused} == {"SKS-P004"}
    assert all(desk.incoming(town, copy).code == "SKS-P004" for copy in copies)
    assert desk.arrived(town) == [transfer_id]
    with town.at("lgwan"):
        received = Event.objects.filter(kind="parcel.received", subject=transfer_id)
        assert received.count() == 1


def test_a_parcel_for_another_node_or_from_another_sender(town: Town) -> None:
    transfer_id = desk.release(town)
    town.run("internet")
    parcel_id = desk.parcel_of(town, transfer_id).parcel_id
    head = desk.head_file(town, parcel_id).read_bytes()
    misdirected = desk.head_file(town, parcel_id, "lgwan", "mynumber")
    misdirected.parent.mkdir(parents=True, exist_ok=True)
    misdirected.write_bytes(head)
    posing = desk.head_file(town, parcel_id, "mynumber", "lgwan")
    posing.parent.mkdir(parents=True, exist_ok=True)
    posing.write_bytes(head)

    town.run("mynumber", "lgwan")
    assert desk.incoming(town, parcel_id, "mynumber").state != "received"
    with town.at("lgwan"):
        by_sender = dict(
            IncomingParcel.objects.filter(parcel_id=parcel_id).values_list("sender", "state")
        )
    assert by_sender["internet"] == "received"
    assert by_sender["mynumber"] != "received"
    assert desk.arrived(town) == [transfer_id]
