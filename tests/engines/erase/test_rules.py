"""The rules: every cell answered with a source, nothing allowed by a gap, editions compared."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from sekisho.erase.media import Ability, Extent, Kind, Lock, Medium
from sekisho.erase.planning.editions import Disposal, changed_cells, touched
from sekisho.erase.planning.plan import Plan, plan_kind, plan_medium
from sekisho.erase.planning.rules import Rules, rules_of, shipped_rules
from sekisho.kernel.errors import InvalidInput

RULES = shipped_rules()
IN_TABLE = (Kind.HDD, Kind.SSD, Kind.USB, Kind.OPTICAL)


def cells(kinds: tuple[Kind, ...] = IN_TABLE) -> Iterator[Plan]:
    for kind, label, purpose in itertools.product(kinds, RULES.classes, RULES.purposes):
        yield plan_kind(RULES, kind, label, purpose)


def allowed(kind: Kind, label: str, purpose: str) -> list[str]:
    return [one.method.id for one in plan_kind(RULES, kind, label, purpose).allowed]


def reason(kind: Kind, label: str, purpose: str, method: str) -> str:
    refused = plan_kind(RULES, kind, label, purpose).refused
    return next(one.why[0] for one in refused if one.method.id == method)


def test_the_product_has_no_cell_without_a_method_or_a_reasoned_refusal() -> None:
    count = 0
    for plan in cells():
        judged = (*plan.allowed, *plan.refused)
        assert {one.method.id for one in judged} == set(RULES.methods)
        for one in judged:
            assert one.rule, (plan.kind, plan.asset_class.id, plan.purpose.id, one.method.id)
            assert all(one.why)
            assert one.source
            assert one.edition in RULES.editions
        count += 1
    assert count == 4 * 3 * 7


def test_every_rule_decides_something() -> None:
    deciding = {one.rule for plan in cells() for one in (*plan.allowed, *plan.refused)}
    assert {rule.id for rule in RULES.rules} <= deciding


def test_every_method_says_how_it_is_verified_and_what_remains() -> None:
    for method in RULES.methods.values():
        assert all((*method.words, *method.verify, *method.residual)), method.id
        assert bool(method.why[0]) == bool(method.why[1])
        assert bool(method.nist[0]) == bool(method.nist[1])


def test_overwriting_says_what_the_minutes_say() -> None:
    for name in ("overwrite-1", "overwrite-2"):
        assert "OSから認識できない部分については復元できてしまう" in RULES.methods[name].residual[0]


def test_flash_is_overwritten_twice_or_not_at_all() -> None:
    for kind in (Kind.USB, Kind.SSD):
        for plan in cells((kind,)):
            passes = {one.method.passes for one in plan.allowed} - {0}
            assert passes <= {2}
    assert allowed(Kind.USB, "1", "reuse") == ["overwrite-2"]
    assert "ウェアレベリング" in RULES.methods["overwrite-2"].why[0]
    assert "必ずではなく" in RULES.methods["overwrite-2"].why[0]


def test_figure_41_for_disks() -> None:
    assert allowed(Kind.HDD, "mynumber", "destroy-here") == ["destroy-platters", "destroy-drill"]
    assert "ata-erase-enhanced" in allowed(Kind.HDD, "3A", "lease-return")
    assert "ata-block-erase" in allowed(Kind.SSD, "mynumber", "sale")
    assert "overwrite-1" not in allowed(Kind.HDD, "2", "reuse")
    assert reason(Kind.HDD, "2", "reuse", "ata-erase") == "図表41が挙げるのは Enhanced だけ"


def test_a_usb_memory_with_personal_data_is_only_destroyed() -> None:
    assert allowed(Kind.USB, "3B", "reuse") == []
    assert "破壊だけ" in reason(Kind.USB, "3B", "reuse", "overwrite-2")
    assert allowed(Kind.USB, "3B", "destroy-contractor") == ["destroy-chips"]


def test_destruction_of_disks_is_not_destruction_of_chips() -> None:
    for plan in cells((Kind.SSD, Kind.USB)):
        assert not {"destroy-platters", "destroy-drill"} & {j.method.id for j in plan.allowed}


def test_what_no_rule_names_is_refused() -> None:
    few = rules_of(RULES.source.text.partition("# ---- rules")[0], "few.toml")
    assert plan_kind(few, Kind.HDD, "1", "reuse").allowed == ()


def test_an_unknown_medium_is_allowed_nothing() -> None:
    assert all(plan.allowed == () for plan in cells((Kind.UNKNOWN,)))


def test_a_label_of_ones_own_finds_its_class() -> None:
    assert RULES.asset_class("3B").id == "two"
    with pytest.raises(InvalidInput) as caught:
        RULES.asset_class("3D")
    assert caught.value.code == "SKS-R021"


def medium(**fields: object) -> Medium:
    values: dict[str, object] = {
        "name": "sdx",
        "path": "/dev/sdx",
        "bus": "ata",
        "kind": Kind.SSD,
        "model": "M",
        "serial": "S",
        "firmware": "",
        "extent": Extent(1 << 30, 1 << 30),
        "block_bytes": 512,
    }
    return Medium(**{**values, **fields})  # type: ignore[arg-type]


def test_what_a_drive_does_not_have_is_no_method_of_it() -> None:
    able = medium(abilities=frozenset({Ability.ATA_SANITIZE_BLOCK}))
    plan = plan_medium(RULES, able, "3B", "sale")
    assert [one.method.id for one in plan.allowed] == ["ata-block-erase"]
    assert plan.purges


def test_without_abilities_purging_is_not_possible_and_nothing_takes_its_place() -> None:
    plan = plan_medium(RULES, medium(), "3B", "sale")
    assert plan.allowed == ()
    assert not plan.purges
    why = {one.method.id: one.why[0] for one in plan.refused}
    assert why["nvme-format"] == "このドライブ自身に、この機能がない"
    assert why["crypto-key"].startswith("この媒体に、鍵を破棄できる暗号化が見つからない")


def test_keys_can_be_destroyed_where_there_are_some() -> None:
    locked = medium(encryption=("LUKS2",))
    assert [j.method.id for j in plan_medium(RULES, locked, "2", "sale").allowed] == ["crypto-key"]
    own = medium(encryption=("Opal (on)",))
    assert plan_medium(RULES, own, "2", "sale").allowed == ()


def test_hidden_areas_and_a_frozen_drive_are_remarked() -> None:
    found = medium(extent=Extent(10, 20), locks=frozenset({Lock.FROZEN, Lock.LOCKED}))
    remarks = " ".join(ja for ja, _ in plan_medium(RULES, found, "1", "reuse").remarks)
    assert "隠れた領域があり" in remarks
    assert "凍結中" in remarks
    assert "確かめられなかった" in str(
        plan_medium(RULES, medium(extent=Extent(10)), "1", "reuse").remarks
    )


def new_edition() -> Rules:
    text = RULES.source.text.replace(
        'methods = ["crypto-drive", "ata-erase-enhanced", "scsi-sanitize", "scsi-format", '
        '"crypto-key", "degauss"]',
        'methods = ["crypto-drive", "scsi-sanitize", "scsi-format", "crypto-key", "degauss"]',
    )
    assert text != RULES.source.text
    return rules_of(text, "next.toml")


def test_a_new_edition_shows_which_disposals_it_touches() -> None:
    disposals = [
        Disposal("d1", Kind.HDD, "two", "sale", "ata-erase-enhanced", done=True),
        Disposal("d2", Kind.HDD, "two", "sale", "scsi-format", done=True),
        Disposal("d3", Kind.HDD, "mynumber", "reuse", "ata-erase-enhanced", done=False),
        Disposal("d4", Kind.SSD, "two", "sale", "ata-block-erase", done=False),
    ]
    found = touched(RULES, new_edition(), disposals)
    assert [one.disposal.id for one in found] == ["d1", "d3"]
    assert all(one.no_longer_allowed for one in found)


def test_words_of_residual_risk_count_as_a_change() -> None:
    text = RULES.source.text.replace("穴の間の部分には磁気が残る。", "穴の間は読める。")
    found = changed_cells(RULES, rules_of(text, "next.toml"))
    assert {one.disposal.method for one in found} == {"destroy-drill"}
    assert not any(one.no_longer_allowed for one in found)
    assert changed_cells(RULES, RULES) == ()


@pytest.mark.parametrize(
    ("old", "new", "code", "key"),
    [
        ("[rule.destroy]", "[rulee.destroy]", "SKS-R021", "rulee"),
        ('answer = "allow"', 'answer = "alow"', "SKS-R021", "alow"),
        ('level = "purge"', 'level = "purged"', "SKS-R021", "purged"),
        ('"ata-sanitize-crypto"', '"ata-sanitize-krypto"', "SKS-R021", "ata-sanitize-krypto"),
        ("passes = 1", "passes = 3", "SKS-R022", "method.overwrite-1.passes"),
        ("keeps = true", 'keeps = "true"', "SKS-R022", "method.crypto-drive.keeps"),
        ('edition = "mic"\ncertain', "certain", "SKS-R022", "rule.usb-two.edition"),
        ("[reason.wrong-medium]", "[reason.bad-medium]", "SKS-R022", "reason.wrong-medium.ja"),
    ],
)
def test_a_mistake_is_told_with_its_place(old: str, new: str, code: str, key: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        rules_of(RULES.source.text.replace(old, new, 1), "own.toml")
    assert (caught.value.code, caught.value.params["key"]) == (code, key)
    assert caught.value.params["line"] >= 1


def test_a_file_that_is_no_toml_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        rules_of("[rule", "own.toml")
    assert caught.value.code == "SKS-R020"
