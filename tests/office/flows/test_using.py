"""Transfers under a flow: what the flow fills in, what it keeps out, and what is counted."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.office.flows.support import entry, register
from tests.support import acts
from tests.support.acts import CONTENTS
from tests.support.town import Town

from sekisho.kernel.errors import SekishoError
from sekisho.node import flowing, submitting
from sekisho.office.evidence.models import Event
from sekisho.office.flows.actions import registering
from sekisho.office.flows.models import FlowUse
from sekisho.office.transfers.models import Transfer
from sekisho.office.vault.models import VaultObject

TABLE = {"所得R8.csv": "宛名番号,氏名,個人番号\r\n1,佐藤 花子,123\r\n".encode("cp932")}


def send(town: Town, contents: Mapping[str, bytes] = TABLE, code: str = "ZEI-01") -> str:
    paths = acts.write_files(town.folder, contents)
    with town.at("internet") as node:
        draft = flowing.draft_under(node, code)
        made = submitting.submit(node, actor="sato", draft=draft, paths=paths)
        return made.transfer_id


def refusal(town: Town, contents: Mapping[str, bytes] = TABLE, code: str = "ZEI-01") -> str:
    with pytest.raises(SekishoError) as refused:
        send(town, contents, code)
    with town.at("internet"):
        assert Transfer.objects.count() == FlowUse.objects.count() == 0
        assert VaultObject.objects.count() == 0
    return refused.value.code


def test_the_flow_fills_the_draft_and_the_transfer_counts_against_it(town: Town) -> None:
    register(town)
    transfer_id = send(town)
    with town.at("internet"):
        made = Transfer.objects.get()
        assert (made.to_node, made.label) == ("lgwan", "機密性2")
        assert made.purpose == "【ZEI-01】保育料の算定"
        use = FlowUse.objects.get()
        assert (use.flow_id, use.transfer_id, use.files) == ("ZEI-01", transfer_id, 1)
        assert use.bytes == len(TABLE["所得R8.csv"])
        assert (use.tables, use.columns) == (1, ["宛名番号", "氏名", "個人番号"])
        event = acts.last_event("flow.used")
        assert event.data == {"transfer": transfer_id, "files": 1, "bytes": use.bytes, "columns": 3}
    acts.approve(town, transfer_id)
    acts.carry(town)
    assert acts.state(town, transfer_id) == "received"


def test_what_is_said_counts_more_than_the_flow(sqlite_town: Town) -> None:
    register(sqlite_town)
    with sqlite_town.at("internet") as node:
        draft = flowing.draft_under(
            node, "ZEI-01", addressees=("suzuki",), purpose="4月分", label="機密性1"
        )
        assert (draft.addressees, draft.purpose) == (("suzuki",), "【ZEI-01】4月分")
        assert (draft.label, draft.to_node, draft.flow) == ("機密性1", "lgwan", "ZEI-01")
        again = flowing.draft_under(node, "ZEI-01", purpose=draft.purpose)
        assert again.purpose == draft.purpose


def test_a_file_of_another_name_does_not_pass(sqlite_town: Town) -> None:
    register(sqlite_town)
    assert refusal(sqlite_town, {"名簿.csv": b"a,b\n"}) == "SKS-F022"


def test_full_width_and_capital_letters_make_no_difference(sqlite_town: Town) -> None:
    register(sqlite_town)
    assert send(sqlite_town, {"所得Ｒ８.CSV": TABLE["所得R8.csv"]})


def test_without_patterns_every_name_passes(sqlite_town: Town) -> None:
    register(sqlite_town, files=())
    assert send(sqlite_town, CONTENTS)


@pytest.mark.parametrize("how", ["draft", "suspended", "ended", "unknown", "elsewhere", "nowhere"])
def test_only_a_flow_in_use_from_here_can_be_used(town: Town, how: str) -> None:
    elsewhere = {"from_node": "mynumber"} if how == "elsewhere" else {}
    nowhere = {"to_node": ""} if how == "nowhere" else {}
    register(town, start=how != "draft", **elsewhere, **nowhere)
    with town.at("internet") as node:
        if how == "suspended":
            registering.suspend(node.desk, actor="admin", code="ZEI-01", reason="試験")
        if how == "ended":
            registering.end(node.desk, actor="admin", code="ZEI-01", reason="試験")
    wanted = {"unknown": "SKS-F010", "elsewhere": "SKS-F021", "nowhere": "SKS-F021"}
    code = "NAI-1" if how == "unknown" else "ZEI-01"
    assert refusal(town, code=code) == wanted.get(how, "SKS-F020")


def test_another_destination_than_that_of_the_flow_is_refused(sqlite_town: Town) -> None:
    register(sqlite_town)
    paths = acts.write_files(sqlite_town.folder)
    with sqlite_town.at("internet") as node:
        with pytest.raises(SekishoError) as refused:
            flowing.draft_under(node, "ZEI-01", to_node="mynumber")
        assert refused.value.code == "SKS-F023"
        registering.change(node.desk, actor="admin", entry=entry(to_node="mynumber", files=()))
        draft = acts.draft_for(flow="ZEI-01")
        with pytest.raises(SekishoError) as refused:
            submitting.submit(node, actor="sato", draft=draft, paths=paths)
        assert refused.value.code == "SKS-F023"


def test_a_flow_that_ends_during_the_submission_takes_the_transfer_with_it(town: Town) -> None:
    """The count stands in the transaction of the submission: both or neither."""
    register(town)
    paths = acts.write_files(town.folder, TABLE)
    with town.at("internet") as node:
        draft = flowing.draft_under(node, "ZEI-01")

        def end_it(*_: object) -> None:
            registering.end(node.desk, actor="admin", code="ZEI-01", reason="その間に")

        with pytest.raises(SekishoError) as refused:
            submitting.submit(node, actor="sato", draft=draft, paths=paths, progress=end_it)
        assert refused.value.code in ("SKS-F020", "SKS-F012")
        assert Transfer.objects.count() == FlowUse.objects.count() == 0
        assert not Event.objects.filter(kind="transfer.submitted").exists()
        assert list(node.vault.object_ids()) == []
