"""The proof of a transfer (確認資料), read by programs that know nothing of how it was made."""

from __future__ import annotations

import json
import re
import zipfile
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from tests.support.acts import (
    RECEIVER,
    SENDER,
    approve,
    carry,
    collect,
    deliver,
    end,
    submit,
)
from tests.support.papers import pages, sound, standards, told
from tests.support.town import Town, days

from sekisho.kernel.errors import Refused
from sekisho.ledger.verify import verify_package
from sekisho.node.documents import content
from sekisho.node.documents import proof as documents_proof
from sekisho.node.documents.proof import Proof, prove
from sekisho.office.accounts.absences import be_absent
from sekisho.office.evidence.actions import forget
from sekisho.office.transfers.actions import deciding
from sekisho.office.transfers.models import TransferFile
from sekisho.office.transfers.readers import evidence_readers

MACRO = "税の通知\nMACRO evil.example\n個人番号 123456789018\n".encode()


def proof(town: Town, side: str, transfer_id: str, language: str = "ja") -> Proof:
    with town.at(side) as node:
        return prove(node, transfer_id, language=language)


def text(town: Town, made: Proof) -> str:
    """Without blanks and line breaks, which only say how wide the columns are."""
    return re.sub(r"\s+", "", told(made.pdf, town.folder))


def test_it_says_who_sent_what_to_whom_and_what_became_of_it(town: Town) -> None:
    transfer_id = deliver(town, {"通知.txt": MACRO})
    said = text(town, proof(town, SENDER, transfer_id))
    for words in (
        transfer_id,
        "受け渡し確認資料",
        "税務課佐藤花子（sato）",
        "インターネット接続系（internet）",
        "LGWAN接続系（lgwan）",
        "固定資産税の通知書の様式",
        "機密性2",
        "通知.txt",
        "マクロ（VBA）とその呼び出し",
        "個人番号（マイナンバー）と見られる番号",
        "税務課鈴木一郎（suzuki）",
        "令和8年4月1日(2026-04-01)09:00:00",
        "ML-KEM-1024",
        "全部がそのまま届いた",
        "送信",
        "1/2",
        "2/2",
    ):
        assert words in said, words
    with town.at(SENDER):
        assert TransferFile.objects.get(transfer=transfer_id).sha256 in said


def test_it_keeps_to_the_standards(town: Town, tmp_path: Path) -> None:
    transfer_id = deliver(town)
    for side, language in ((SENDER, "ja"), (RECEIVER, "en")):
        made = proof(town, side, transfer_id, language).pdf
        assert "No syntax or stream encoding errors" in sound(made, tmp_path)
        assert standards(made, tmp_path) == {
            "pdfaid:part": "2",
            "pdfaid:conformance": "A",
            "pdfuaid:part": "1",
            "tagged": "True",
            "language": "ja-JP" if language == "ja" else "en",
        }
        assert pages(made, tmp_path) == 2


def test_the_same_records_give_the_same_bytes(town: Town) -> None:
    transfer_id = deliver(town)
    before = proof(town, SENDER, transfer_id)
    town.clock.advance(timedelta(minutes=10))
    assert proof(town, SENDER, transfer_id) == before
    town.settle()
    after = proof(town, SENDER, transfer_id)
    assert after.moment > before.moment
    none = "まだ立会ノードの連署がありません"
    assert none in text(town, before) and none not in text(town, after)
    assert "LGWAN接続系（lgwan）" in text(town, after).partition("立会ノード")[2]


def test_it_states_the_digest_of_a_package_that_verifies(town: Town) -> None:
    transfer_id = deliver(town)
    town.settle()
    made = proof(town, SENDER, transfer_id)
    assert sha256(made.package).hexdigest() == made.package_sha256
    said = text(town, made)
    assert made.package_sha256 in said
    assert f"sekishoverify証跡一式-{transfer_id}.zip" in said
    verdict = verify_package(
        made.package,
        readers=evidence_readers(),
        trusted_admins=[one.signing.public.fingerprint for one in town.admins],
        trusted_threshold=2,
        now=town.clock.now(),
    )
    assert verdict.ok, [line.words_en for line in verdict.lines]


def test_the_receiving_side_says_who_collected_and_when_the_keys_died(town: Town) -> None:
    transfer_id = deliver(town, {"一.txt": b"1\n", "二.txt": b"2\n", "三.txt": b"3\n"})
    collect(town, transfer_id, positions=frozenset({1}))
    said = text(town, proof(town, RECEIVER, transfer_id))
    assert "受け取った側" in said and "送り元の承認1件" in said
    assert "に鍵を破棄する予定" in said
    collect(town, transfer_id)
    assert "1–3" in text(town, proof(town, RECEIVER, transfer_id))
    town.clock.advance(days(40))
    end(town, RECEIVER)
    said = text(town, proof(town, RECEIVER, transfer_id))
    assert "データ鍵を破棄しました（消去）" in said
    assert "無害化の報告の本文は、保存期間の終わりに消去しました" in said
    assert re.search(r"保管庫からの消去×[34]", said)


def test_a_transfer_sent_back_shows_every_round(town: Town) -> None:
    transfer_id = submit(town)
    with town.at(SENDER) as node:
        deciding.send_back(
            node.desk, actor="suzuki", transfer_id=transfer_id, reason="#宛先 *を* $確認$"
        )
    said = text(town, proof(town, SENDER, transfer_id))
    assert "差戻し" in said and "#宛先*を*$確認$" in said
    assert "まだ封緘していません" in said


def test_a_decision_in_somebodys_place_says_in_whose(town: Town) -> None:
    transfer_id = submit(town)
    with town.at(SENDER) as node:
        be_absent(
            node.desk,
            actor="suzuki",
            person="suzuki",
            deputy="takahashi",
            starts=town.clock.now(),
            ends=town.clock.now() + days(3),
        )
        deciding.approve(node.desk, actor="takahashi", transfer_id=transfer_id, acting_for="suzuki")
    said = text(town, proof(town, SENDER, transfer_id))
    assert "（税務課鈴木一郎（suzuki）の代決。後閲:まだ）" in said
    with town.at(SENDER) as node:
        deciding.read_after(node.desk, actor="suzuki", transfer_id=transfer_id)
    assert "後閲:令和8年4月1日" in text(town, proof(town, SENDER, transfer_id))


@pytest.mark.parametrize(
    "purpose",
    [
        '#import "/etc/passwd": * <label> @ref `raw` $x$ \\ // /* #{1+1} = 見出し',
        '"}],"sections":[] \\u{41} \\" \\\\ ',
        "𠮷野家 髙﨑 葛󠄀城 外字\ue000 絵文字😀 ไทย \u05d0",
        "あ" * 400,
        "w" * 400,
    ],
)
def test_no_text_is_read_as_markup_and_none_makes_it_fail(town: Town, purpose: str) -> None:
    name = ("長" * 60 + ".txt") if len(purpose) == 400 else "名 #strong[x] _y_ \u202e.txt"
    transfer_id = submit(town, {name: b"x"}, purpose=purpose)
    made = proof(town, SENDER, transfer_id)
    assert "No syntax" in sound(made.pdf, town.folder)
    said = text(town, made)
    for piece in re.findall(r"[ -~]+|あ+", purpose):
        assert re.sub(r"\s+", "", piece) in said
    if "\ue000" in purpose:
        assert "外字<E000>" in said and "<0E44>" in said
    else:
        assert re.sub(r"\s+", "", name.replace("\u202e", "<202E>")) in said


def test_of_very_many_files_it_shows_the_first_and_the_digest_of_the_list(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "FILES_SHOWN_MAX", 5)
    monkeypatch.setattr(documents_proof, "FILES_SHOWN_MAX", 5)
    transfer_id = submit(town, {f"{n:02}.txt": b"x\n" * n for n in range(12)})
    made = proof(town, SENDER, transfer_id)
    listed = json.loads(made.listing)
    assert [one["path"] for one in listed] == [f"{n:02}.txt" for n in range(12)]
    said = text(town, made)
    assert "12個のうち最初の5個" in said and sha256(made.listing).hexdigest() in said
    assert "04.txt" in said and "05.txt" not in said
    with zipfile.ZipFile(BytesIO(made.package)) as opened:
        disclosed = [opened.read(name) for name in opened.namelist() if "disclosures/" in name]
    values = [f["value"] for one in disclosed for f in json.loads(one)["fields"]]
    assert made.listing.decode() in values


def test_what_was_forgotten_stays_forgotten(town: Town) -> None:
    transfer_id = submit(town)
    approve(town, transfer_id)
    carry(town)
    with town.at(SENDER) as node:
        forget(node.desk, subject=transfer_id, reason="保存期間の終わり")
    course = text(town, proof(town, SENDER, transfer_id)).partition("7経過")[2]
    assert "suzuki" not in course and "開示情報の消去" in course


def test_an_unknown_transfer_has_no_proof(town: Town) -> None:
    with pytest.raises(Refused) as refused:
        proof(town, SENDER, "tr_" + "a" * 26)
    assert refused.value.code == "SKS-T005"
