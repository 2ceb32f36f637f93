"""The register out as a table and in again: looked at row by row, then taken as a whole."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from tests.office.disposal.support import device, medium, registered
from tests.support.town import Town

from sekisho.kernel.errors import SekishoError, SeveralRefused
from sekisho.office.disposal import queries
from sekisho.office.disposal.actions import importing
from sekisho.office.disposal.actions.importing import What
from sekisho.office.disposal.entry import entry_of
from sekisho.office.disposal.models import Asset
from sekisho.office.disposal.register.columns import register_csv, register_workbook

HEAD = "管理番号,シリアル番号,種類,機密性の区分,所管,組み込まれた機器,中の媒体の数,リース終了日\n"


def table(*lines: str, encoding: str = "utf-8") -> bytes:
    return (HEAD + "\n".join(lines)).encode(encoding)


@pytest.mark.parametrize("write", [register_csv, register_workbook])
def test_what_goes_out_comes_in_as_the_same(town: Town, write: object) -> None:
    registered(town, device(media=1))
    registered(town, medium("0000123", code="HDD-1", inside="PC-101", label="one"))
    with town.at("internet"):
        rows = [(entry_of(one), one.state) for one in queries.assets(queries.Terms())]
        assert callable(write)
        found = importing.preview(write(rows))
        assert [one.what for one in found] == [What.SAME, What.SAME], found


def test_serial_numbers_keep_their_zeros_in_a_workbook() -> None:
    book = openpyxl.load_workbook(BytesIO(register_workbook([(medium("000123"), "use")])))
    assert book.worksheets[0].cell(2, 2).value == "000123"


def test_a_table_is_looked_at_and_then_taken(town: Town) -> None:
    registered(town, medium("WD-0001", code="HDD-1"))
    data = table(
        "PC-9,S9,パソコン,,総務課,,１,R9.3.31",
        ",wd 0009,ＳＳＤ,機密性3A,総務課,PC-9,,",
        ",WD-0001,HDD,マイナンバー,税務課,,,",
        encoding="cp932",
    )
    with town.at("internet") as node:
        whats = [one.what for one in importing.preview(data)]
        assert whats == [What.NEW, What.NEW, What.CHANGE]
        assert Asset.objects.count() == 1
        importing.take(node.desk, actor="admin", untrusted=data)
        made = Asset.objects.get(serial="WD0009")
        assert (made.code, made.label, made.inside_id) == ("SSD-00001", "two", "PC-9")
        assert Asset.objects.get(pk="HDD-1").label == "mynumber"
        device = Asset.objects.get(pk="PC-9")
        assert (device.media, str(device.lease_until)) == (1, "2027-03-31")
        assert {one.what for one in importing.take(node.desk, actor="admin", untrusted=data)} == {
            What.SAME
        }


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (",N1,テープ,1,,,,", "SKS-G003"),
        (",N1,HDD,特秘,,,,", "SKS-G003"),
        (",N1,HDD,1,,,たくさん,", "SKS-G003"),
        (",N1,HDD,1,,,,らいねん", "SKS-G003"),
        (",,HDD,1,,,,", "SKS-G004"),
        ("X-1,WD-0001,HDD,1,,,,", "SKS-G006"),
        (",OLD,HDD,1,,,,", "SKS-G008"),
        (",N1,HDD,1,,NAI-1,,", "SKS-G014"),
        (",N1,HDD,1,,HDD-1,,", "SKS-G014"),
    ],
)
def test_a_row_that_is_wrong_is_named_and_nothing_is_taken(
    town: Town, line: str, code: str
) -> None:
    registered(town, medium("WD-0001", code="HDD-1"), medium("OLD", code="HDD-2"))
    with town.at("internet") as node:
        Asset.objects.filter(pk="HDD-2").update(state="destroyed")
        data = table("PC-8,S8,パソコン,,,,,", line)
        good, wrong = importing.preview(data)
        assert (good.what, wrong.what) == (What.NEW, What.WRONG)
        assert code in [one.code for one in wrong.faults]
        with pytest.raises(SeveralRefused) as refused:
            importing.take(node.desk, actor="admin", untrusted=data)
        assert refused.value.code == "SKS-G012"
        assert Asset.objects.count() == 2


def test_the_same_serial_number_twice_is_wrong_in_both_rows(town: Town) -> None:
    with town.at("internet"):
        found = importing.preview(table(",N1,HDD,1,,,,", ",n1,HDD,1,,,,"))
        assert [one.faults[0].code for one in found] == ["SKS-G013", "SKS-G013"]


def test_a_table_without_kinds_is_none(town: Town) -> None:
    with town.at("internet"), pytest.raises(SekishoError) as refused:
        importing.preview("番号,名前\n1,a\n".encode())
    assert refused.value.code == "SKS-G010"
