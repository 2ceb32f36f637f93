"""Drafts: filled in, copied from a transfer, within bounds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support import acts
from tests.support.town import Town
from tests.support.uploads import TEXTS, new_draft, read_back, row, submit

from sekisho.kernel.errors import SekishoError
from sekisho.node import copying
from sekisho.office.transfers.actions import sending
from sekisho.office.uploads import queries, rules
from sekisho.office.uploads.actions import drafting
from sekisho.office.uploads.models import Upload
from sekisho.office.uploads.rules import Texts

CONTENTS = {"税務/通知.txt": b"notice" * 1_000, "空.txt": b""}


def test_what_was_filled_in_is_there_again(town: Town) -> None:
    texts = replace(TEXTS, flow="T-01", more={"emergency": "災害", "step": 2})
    with town.at(acts.SENDER) as node:
        draft_id = new_draft(node, texts=texts)
        (found,) = queries.drafts_of("sato")
        assert (found.draft_id, found.flow, found.more["emergency"]) == (draft_id, "T-01", "災害")
        drafting.change_draft(node.desk, actor="sato", draft_id=draft_id, texts=Texts())
        empty = row(draft_id)
        assert (empty.to_node, empty.addressees, empty.more) == ("", [], {})
        assert queries.drafts_of("suzuki") == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to_node": "x" * 33}, "SKS-T036"),
        ({"label": "x" * 41}, "SKS-T036"),
        ({"flow": "x" * 41}, "SKS-T036"),
        ({"purpose": "x" * 401}, "SKS-T036"),
        ({"purpose": "a\x00b"}, "SKS-T036"),
        ({"addressees": ("x" * 65,)}, "SKS-T036"),
        ({"addressees": ("x",) * 1_001}, "SKS-T037"),
        ({"more": {"reason": "x" * 20_000}}, "SKS-U016"),
        ({"more": {"emergency": "x" * 401}}, "SKS-T036"),
        ({"more": {"approvers": ["x" * 65]}}, "SKS-T036"),
    ],
)
def test_texts_that_cannot_be_kept(changes: dict[str, object], code: str) -> None:
    with pytest.raises(SekishoError) as error:
        rules.check_texts(replace(TEXTS, **changes))  # type: ignore[arg-type]
    assert error.value.code == code


def test_nobody_keeps_drafts_without_end(sqlite_town: Town) -> None:
    with sqlite_town.at(acts.SENDER) as node:
        for _ in range(rules.DRAFTS_MAX):
            new_draft(node)
        with pytest.raises(SekishoError) as many:
            new_draft(node)
        assert many.value.code == "SKS-U014"
        new_draft(node, "suzuki")


def test_copy_as_new_takes_texts_and_reads_the_files_anew(town: Town) -> None:
    transfer_id = acts.submit(town, CONTENTS)
    with town.at(acts.SENDER) as node:
        before = set(node.vault.object_ids())
        texts_only = copying.copy_as_new(node, actor="sato", transfer_id=transfer_id)
        assert (texts_only.purpose, texts_only.addressees) == (TEXTS.purpose, ["sato"])
        assert Upload.objects.count() == 0
        draft = copying.copy_as_new(node, actor="sato", transfer_id=transfer_id, files=True)
        assert copying.copy_files(node, actor="sato", draft_id=draft.draft_id) == 2
        found = {one.path: read_back(node, one) for one in Upload.objects.all()}
        assert found == CONTENTS
        assert len(set(node.vault.object_ids()) - before) == 1
        made = submit(node, draft.draft_id)
        assert made is not None and made.transfer_id != transfer_id


def test_only_the_sender_copies_and_only_what_is_there(town: Town) -> None:
    transfer_id = acts.submit(town)
    with town.at(acts.SENDER) as node:
        with pytest.raises(SekishoError) as other:
            copying.copy_as_new(node, actor="suzuki", transfer_id=transfer_id)
        assert other.value.code == "SKS-T005"
    with town.at(acts.SENDER) as node:
        sending.withdraw(node.desk, actor="sato", transfer_id=transfer_id)
    acts.end(town, acts.SENDER)
    with town.at(acts.SENDER) as node:
        draft = copying.copy_as_new(node, actor="sato", transfer_id=transfer_id)
        with pytest.raises(SekishoError) as erased:
            copying.copy_files(node, actor="sato", draft_id=draft.draft_id)
        assert erased.value.code == "SKS-T046"
