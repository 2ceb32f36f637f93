"""What a sending node in the wrong hands can try: it has the node's keys, not the node's people.

Whatever it puts into the store, nothing of it is kept, and the next honest parcel arrives.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.support import acts
from tests.support.acts import RECEIVER, SENDER, Forged
from tests.support.town import Town

from sekisho.kernel import documents
from sekisho.kernel.ids import new_id
from sekisho.kernel.merkle import leaf_hash
from sekisho.kernel.signing import EVENT_KINDS
from sekisho.ledger.events import EVENT_TYPE, make_event
from sekisho.office.transfers.actions.sealing import letter_of
from sekisho.office.transfers.letter import Letter, ShownDecision, write_letter
from sekisho.office.transfers.models import Arrival, Transfer

CONTENT = next(iter(acts.CONTENTS.values()))


def approved(town: Town) -> str:
    transfer_id = acts.submit(town)
    acts.approve(town, transfer_id)
    return transfer_id


def genuine(town: Town) -> tuple[Letter, str]:
    """The letter of an approved transfer that was not sent, and its approval's leaf hash."""
    transfer_id = approved(town)
    with town.at(SENDER):
        rows = Transfer.objects.filter(pk=transfer_id)
        rows.update(state="rejected")
        letter = letter_of(rows.get(), "佐藤 花子")
    return letter, leaf_hash(letter.decisions[0].event).hex()


def forge(town: Town, letter: Letter, approvals: tuple[str, ...], **terms: Any) -> Forged:
    return acts.forge(
        town,
        write_letter(letter),
        transfer_id=letter.transfer_id,
        files=[CONTENT],
        approvals=approvals,
        **terms,
    )


def outcome(town: Town) -> str:
    """The code of the one refusal of the receiver's round, or nothing when it was accepted."""
    (done,) = town.run(RECEIVER)
    assert done.troubles == []
    codes = [reason.code for reason in done.refused]
    with town.at(RECEIVER) as node:
        assert bool(codes) is (Arrival.objects.count() == 0)
        if codes:
            assert acts.kept(node) == (0, 0)
    return "".join(codes)


def test_the_forger_can_do_what_the_node_can(sqlite_town: Town) -> None:
    letter, approval = genuine(sqlite_town)
    forge(sqlite_town, letter, (approval,))
    assert outcome(sqlite_town) == ""


def event(town: Town, subject: str, person: str, kind: str = "transfer.approved") -> ShownDecision:
    """An event signed by the sending node: an approval that nobody gave."""
    with town.at(SENDER) as node:
        payload, openings = make_event(
            kind=kind,
            node=node.name,
            time=town.clock.now(),
            subject=subject,
            data={"round": 1},
            hidden={"actor": person, "reason": ""},
        )
        signed = node.desk.signing.sign(EVENT_TYPE, payload, EVENT_KINDS).encode()
    salt = next(one.salt for one in openings if one.field == "actor")
    return ShownDecision(signed, person, salt)


def hashes(*decisions: ShownDecision) -> tuple[str, ...]:
    return tuple(leaf_hash(one.event).hex() for one in decisions)


FORGERIES = [
    "none at all",
    "not in the manifest",
    "more in the manifest than in the letter",
    "of another transfer",
    "another act",
    "under another name",
    "with another salt",
    "changed after signing",
    "signed by another node",
    "no event",
    "his own",
    "the same person twice",
]


@pytest.mark.parametrize("forgery", FORGERIES)
def test_an_approval_that_proves_nothing_is_refused(sqlite_town: Town, forgery: str) -> None:
    town = sqlite_town
    letter, approval = genuine(town)
    (good,) = letter.decisions
    shown: tuple[ShownDecision, ...]
    code = "SKS-T044"
    match forgery:
        case "none at all":
            shown, code = (), "SKS-T042"
        case "not in the manifest" | "more in the manifest than in the letter":
            shown = (good,)
        case "of another transfer":
            shown = (event(town, new_id("tr"), "suzuki"),)
        case "another act":
            shown = (event(town, letter.transfer_id, "suzuki", "transfer.sent_back"),)
        case "under another name":
            shown = (replace(good, person="takahashi"),)
        case "with another salt":
            shown = (replace(good, salt=bytes(16)),)
        case "changed after signing":
            changed = good.event.replace(b'"sig":"A', b'"sig":"B').replace(b'"sig":"', b'"sig":"A')
            shown = (replace(good, event=changed),)
        case "signed by another node":
            with town.at("mynumber") as node:
                payload, openings = make_event(
                    kind="transfer.approved",
                    node=SENDER,
                    time=town.clock.now(),
                    subject=letter.transfer_id,
                    data={"round": 1},
                    hidden={"actor": "suzuki"},
                )
                signed = node.desk.signing.sign(EVENT_TYPE, payload, EVENT_KINDS).encode()
            shown = (ShownDecision(signed, "suzuki", openings[0].salt),)
        case "no event":
            shown = (replace(good, event=b"{}"),)
        case "his own":
            shown, code = (event(town, letter.transfer_id, "sato"),), "SKS-T042"
        case "the same person twice":
            acts.set_route(town, RECEIVER, approvals=2)
            shown, code = (good, event(town, letter.transfer_id, "suzuki")), "SKS-T042"
    approvals = hashes(*shown)
    if forgery == "not in the manifest":
        approvals = ()
    elif forgery == "more in the manifest than in the letter":
        approvals = (approval, "ab" * 32)
    forge(town, replace(letter, decisions=shown), approvals)
    assert outcome(town) == code


def test_files_that_are_not_those_of_the_letter_are_refused(sqlite_town: Town) -> None:
    letter, approval = genuine(sqlite_town)
    (file,) = letter.files
    forge(sqlite_town, replace(letter, files=(replace(file, sha256="ab" * 32),)), (approval,))
    assert outcome(sqlite_town) == "SKS-T045"


@pytest.mark.parametrize("difference", [-1, 1])
def test_a_letter_of_another_size_than_the_files_is_refused(
    sqlite_town: Town, difference: int
) -> None:
    letter, approval = genuine(sqlite_town)
    (file,) = letter.files
    other = replace(file, bytes=file.bytes + difference)
    forge(sqlite_town, replace(letter, files=(other,)), (approval,))
    assert outcome(sqlite_town) in ("SKS-P013", "SKS-P014", "SKS-P016")


def test_an_outside_that_names_another_transfer_is_refused_and_the_rest_goes_on(
    town: Town,
) -> None:
    letter, approval = genuine(town)
    contexts = (
        {},
        {"transfer": "tr_" + "z" * 26},
        {"transfer": "花子さんの申請 " * 20},
        {"transfer": "../../etc/passwd"},
        {"transfer": "pc_" + "a" * 26},
    )
    for context in contexts:
        forge(town, letter, (approval,), context=context)
    later = approved(town)
    _, done, _ = town.run(SENDER, RECEIVER, SENDER)
    assert [reason.code for reason in done.refused] == ["SKS-T068"] * len(contexts)
    assert acts.state(town, later) == "received"


def test_letters_that_are_none_are_refused_and_the_rest_goes_on(sqlite_town: Town) -> None:
    town = sqlite_town
    letters = (b"", b"{}", b"[]", b"\xff", b'{"v":1}', b"{" * 1000)
    for letter in letters:
        acts.forge(town, letter, transfer_id=new_id("tr"))
    later = approved(town)
    _, done, _ = town.run(SENDER, RECEIVER, SENDER)
    assert len(done.refused) == len(letters)
    assert {reason.code for reason in done.refused} == {"SKS-K001", "SKS-K002"}
    assert acts.state(town, later) == "received"


def test_texts_that_a_database_cannot_keep_stop_nothing(town: Town) -> None:
    letter, approval = genuine(town)
    document = {**documents_of(letter), "purpose": "a\x00b"}
    acts.forge(
        town,
        documents.write(document),
        transfer_id=letter.transfer_id,
        files=[CONTENT],
        approvals=(approval,),
    )
    document = {**documents_of(letter), "addressees": ["who\x00"]}
    acts.forge(town, documents.write(document), transfer_id=letter.transfer_id)
    later = approved(town)
    _, done, _ = town.run(SENDER, RECEIVER, SENDER)
    assert ([one.code for one in done.refused], done.troubles) == (["SKS-K002", "SKS-K002"], [])
    assert acts.state(town, later) == "received"


def documents_of(letter: Letter) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(write_letter(letter))
    return found


def test_a_notice_that_is_none_is_refused_and_the_rest_goes_on(sqlite_town: Town) -> None:
    town = sqlite_town
    acts.forge(town, b'{"v":1}', transfer_id="", context={}, kind="notice")
    later = approved(town)
    _, done, _ = town.run(SENDER, RECEIVER, SENDER)
    assert [reason.code for reason in done.refused] == ["SKS-K002"]
    assert acts.state(town, later) == "received"
