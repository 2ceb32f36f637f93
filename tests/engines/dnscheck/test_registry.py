"""What is registered, and whose it is."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import publicsuffixlist
import pytest

from sekisho.dnscheck import Kind, holding, registry

LIST = Path(publicsuffixlist.__file__).parent / "public_suffix_list.dat"
TABLE = tomllib.loads((Path(registry.__file__).parent / "registry.toml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("name", "owner", "kind", "certain"),
    [
        ("www.city.osaka.lg.jp", "city.osaka.lg.jp", Kind.LG, True),
        ("www.pref.osaka.lg.jp", "pref.osaka.lg.jp", Kind.LG, True),
        ("metro.tokyo.lg.jp", "metro.tokyo.lg.jp", Kind.LG, True),
        ("a.b.union.chosei.lg.jp", "union.chosei.lg.jp", Kind.LG, True),
        ("www.shinsei-xx.lg.jp", "shinsei-xx.lg.jp", Kind.LG, False),
        ("osaka.lg.jp", "osaka.lg.jp", Kind.LG, False),
        ("lg.jp", None, Kind.LG, True),
        ("www.city.chuo.tokyo.jp", "city.chuo.tokyo.jp", Kind.REGIONAL, True),
        ("www.pref.osaka.jp", "pref.osaka.jp", Kind.REGIONAL, True),
        ("www.metro.tokyo.jp", "metro.tokyo.jp", Kind.REGIONAL, True),
        ("www.city.kawasaki.jp", "city.kawasaki.jp", Kind.REGIONAL, True),
        ("shop.naka.kobe.jp", "shop.naka.kobe.jp", Kind.REGIONAL, True),
        ("www.city.young.aichi.jp", "city.young.aichi.jp", Kind.REGIONAL, False),
        ("www.shop.aichi.jp", "shop.aichi.jp", Kind.REGIONAL, True),
        ("tokyo.jp", None, Kind.REGIONAL, True),
        ("www.example.co.jp", "example.co.jp", Kind.ORGANISATIONAL, True),
        ("www.例え.jp", "xn--r8jz45g.jp", Kind.GENERAL_JP, True),
        ("jp", None, Kind.GENERAL_JP, True),
        ("x.github.io", "github.io", Kind.OTHER, True),
        ("server.internal-only", None, Kind.OTHER, False),
    ],
)
def test_whose_a_name_is(name: str, owner: str | None, kind: Kind, certain: bool) -> None:
    found = holding(name)
    assert (found.owner, found.kind, found.certain) == (owner, kind, certain)
    assert found.registrable == owner


def test_a_name_knows_what_it_stands_below() -> None:
    assert holding("www.city.osaka.lg.jp").suffix == "lg.jp"
    assert holding("a.example.com").suffix == "com"
    assert holding("server.internal-only").suffix == ""


def test_the_table_agrees_with_the_list() -> None:
    registries = LIST.read_text("utf-8").split("===END ICANN DOMAINS===")[0].splitlines()
    below_jp = {rule[:-3] for rule in registries if rule.endswith(".jp") and rule.isascii()}
    flat = {rule for rule in below_jp if "." not in rule}
    stars = {rule[2:] for rule in below_jp if rule.startswith("*.")}
    words = {key: set(section["labels"]) for key, section in TABLE.items()}
    assert words["cities"] == stars
    assert words["prefectures"] | words["organisational"] == flat
    assert not words["prefectures"] & words["organisational"]
    assert len(words["prefectures"]) == 47


def test_every_section_names_its_source_and_day() -> None:
    for name, section in TABLE.items():
        assert section["source"], name
        assert isinstance(section["checked_on"], date), name
