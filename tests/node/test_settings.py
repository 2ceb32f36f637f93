"""Settings of a node: strict, with the line and the nearest name of what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.town import START

from sekisho.kernel.clock import SettableClock
from sekisho.kernel.errors import InvalidInput, Refused, SekishoError, Unavailable
from sekisho.node.opening import make_node
from sekisho.node.settings import (
    FILE_NAME,
    FLOW_BOUNDS,
    SHAPE,
    NodeSettings,
    load_settings,
)
from sekisho.node.toml_settings import SETTINGS_BYTES_MAX, read_toml

LEAST = '[node]\nname = "internet"\n'


def load(folder: Path, text: str, **environment: str) -> NodeSettings:
    (folder / FILE_NAME).write_text(text, "utf-8")
    return load_settings(folder, environment)


def refused(folder: Path, text: str, **environment: str) -> dict[str, Any]:
    with pytest.raises(SekishoError) as reason:
        load(folder, text, **environment)
    return {"code": reason.value.code, **reason.value.params}


def test_a_name_is_enough(tmp_path: Path) -> None:
    found = load(tmp_path, LEAST)
    assert (found.name, found.zone, found.title, found.suite) == (
        "internet",
        "internet",
        "internet",
        "S1",
    )
    assert found.database == {"kind": "sqlite", "path": tmp_path / "office.db"}
    assert (found.vault, found.keys_folder) == (tmp_path / "vault", tmp_path / "keys")
    assert (found.keys.one_time, found.keys.low_water, found.keys.days) == (200, 50, 14)
    assert found.store.kind == "folder"


def test_paths_are_taken_from_the_folder_of_the_file(tmp_path: Path) -> None:
    text = LEAST + '[store]\npath = "../store"\n[vault]\npath = "/srv/vault"\n[keys]\npath = "k"\n'
    found = load(tmp_path, text)
    assert found.store.path == tmp_path / "../store"
    assert (found.vault, found.keys_folder) == (Path("/srv/vault"), tmp_path / "k")


UNKNOWN = [
    ('[node]\nnmae = "x"\n', 2, "nmae", "name"),
    ('# 設定\n\n[node]\nname = "x"\n[stor]\nkind = "folder"\n', 5, "stor", "store"),
    ('[node]\nname = "x"\n\n[keys]\none_tme = 1\n', 5, "one_tme", "one_time"),
    ('[store]\nkind = "folder"\n[work]\nkind = "x"\n', 4, "kind", "—"),
    ('name = "x"\n', 1, "name", "—"),
    ('[node]\nname = "x"\n"zoen" = "y"\n', 3, "zoen", "zone"),
    ('node.name = "x"\nnode.tilte = "y"\n', 2, "tilte", "title"),
    ('[node]\nname = "x"\n[[work]]\nbatch = 1\n', 3, "work", "work"),
    ('[node]\nname = "x"\n[work.more]\nbatch = 1\n', 3, "more", "—"),
    ("node = 1\n", 1, "node", "node"),
]


@pytest.mark.parametrize(("text", "line", "key", "nearest"), UNKNOWN)
def test_an_unknown_name_is_shown_with_its_line_and_the_nearest(
    tmp_path: Path, text: str, line: int, key: str, nearest: str
) -> None:
    found = refused(tmp_path, text)
    assert (found["code"], found["line"], found["key"]) == ("SKS-C002", line, key)
    assert found["nearest"] == nearest or nearest == "—"
    assert found["file"] == str(tmp_path / FILE_NAME)


WRONG_TYPES = [
    ("[node]\nname = 1\n", 2, "node.name", "str"),
    (LEAST + '[work]\nbatch = "32"\n', 4, "work.batch", "int"),
    (LEAST + "[work]\nbatch = 3.5\n", 4, "work.batch", "int"),
    (LEAST + "[work]\nbatch = true\n", 4, "work.batch", "int"),
    (LEAST + "[store]\nallow_http = 1\n", 4, "store.allow_http", "bool"),
    (LEAST + '[store]\npath = "x"\n[vault]\npath = 3\n', 6, "vault.path", "str"),
    (LEAST + '[vault]\npath = ["x"]\n', 4, "vault.path", "str"),
    (LEAST + "[vault]\npath = 2026-04-01\n", 4, "vault.path", "str"),
]


@pytest.mark.parametrize(("text", "line", "key", "expected"), WRONG_TYPES)
def test_a_wrong_type_is_shown_with_its_line(
    tmp_path: Path, text: str, line: int, key: str, expected: str
) -> None:
    found = refused(tmp_path, text)
    assert (found["code"], found["line"], found["key"], found["expected"]) == (
        *("SKS-C003", line, key, expected),
    )


BOUNDS = {
    "keys.one_time": (1, 1_000),
    "keys.low_water": (1, 1_000),
    "keys.days": (4, 30),
    "disarm.children": (1, 64),
    "work.threads": (1, 64),
    "work.batch": (1, 1_000),
    "work.interval_seconds": (1, 86_400),
    "work.keep_hours": (1, 10_000),
    "uploads.draft_days": (1, 365),
    "uploads.quota_mib": (1, 16_777_216),
    "uploads.floor_mib": (0, 16_777_216),
    "uploads.inspect_mib": (0, 512),
    "uploads.runners": (1, 16),
    "vault.rotate_hours": (0, 8_760),
    "store.port": (1, 65_535),
    "web.port": (1, 65_535),
    "web.workers": (1, 64),
    "web.threads": (1, 256),
    "web.idle_minutes": (1, 1_440),
    "web.session_hours": (1, 168),
    "backup.keep_days": (0, 400),
    "backup.late_hours": (0, 8_760),
    "mail.port": (1, 65_535),
    "mail.digest_hour": (0, 23),
    "sign_in.lock_after": (3, 50),
    "sign_in.lock_minutes": (1, 1_440),
    "sign_in.step_up_minutes": (0, 480),
    "sign_in.sessions": (1, 50),
    "ldap.seconds": (1, 60),
    **{f"flows.{key}": bounds for key, bounds in FLOW_BOUNDS.items()},
}
# Sections of which a number alone would not be read.
BESIDE = {"ldap": 'url = "ldaps://directory.example"\nbase = "dc=example"\n'}


@pytest.mark.parametrize("key", BOUNDS)
def test_numbers_reach_exactly_to_their_bounds(tmp_path: Path, key: str) -> None:
    section, name = key.split(".")
    head = f"{LEAST}[{section}]\n{BESIDE.get(section, '')}"
    for value in BOUNDS[key]:
        load(tmp_path, f"{head}{name} = {value}\n")
    for value in (BOUNDS[key][0] - 1, BOUNDS[key][1] + 1):
        found = refused(tmp_path, f"{head}{name} = {value}\n")
        assert (found["code"], found["key"], found["value"]) == ("SKS-C005", key, value)


def test_every_number_has_bounds() -> None:
    numbers = {
        f"{s}.{key}" for s, keys in SHAPE.items() for key, kind in keys.items() if kind is int
    }
    assert numbers == {*BOUNDS, "database.port"}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[node]\nname = "x"\nsuite = "S2"\n', "node.suite"),
        (LEAST + '[database]\nkind = "oracle"\n', "database.kind"),
        (LEAST + '[disarm]\nminimum = "some"\n', "disarm.minimum"),
        (LEAST + '[store]\nkind = "ftp"\n', "store.kind"),
        (LEAST + '[database]\nkind = "postgresql"\nport = 0\n', "database.port"),
    ],
)
def test_only_known_choices_are_taken(tmp_path: Path, text: str, key: str) -> None:
    found = refused(tmp_path, text)
    assert (found["code"], found["key"]) == ("SKS-C005", key)


@pytest.mark.parametrize("name", ["", "Internet", "1st", "a b", "x" * 33, "../x"])
def test_a_node_has_a_name_that_a_store_can_hold(tmp_path: Path, name: str) -> None:
    assert refused(tmp_path, f'[node]\nname = "{name}"\n')["code"] == "SKS-K004"


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    text = LEAST + '[store]\npath = "a"\n[work]\nbatch = 1\n'
    found = load(
        tmp_path,
        text,
        SEKISHO_STORE_PATH="b",
        SEKISHO_WORK_BATCH="7",
        SEKISHO_STORE_ALLOW_HTTP="True",
        SEKISHO_NODE_TITLE="インターネット接続系",
        SEKISHO_AS="sato",
        HOME="/x",
    )
    assert found.store.path == tmp_path / "b"
    assert (found.work.batch, found.store.allow_http) == (7, True)
    assert found.title == "インターネット接続系"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SEKISHO_WORK_BATCH", "seven"),
        ("SEKISHO_WORK_BATCH", ""),
        ("SEKISHO_WORK_BATCH", "-1"),
        ("SEKISHO_WORK_BATCH", "７"),
        ("SEKISHO_STORE_ALLOW_HTTP", "1"),
    ],
)
def test_the_environment_is_as_strict(tmp_path: Path, name: str, value: str) -> None:
    found = refused(tmp_path, LEAST, **{name: value})
    assert (found["code"], found["key"], found["file"]) == ("SKS-C003", name, "environment")
    assert refused(tmp_path, LEAST, SEKISHO_WORK_BATCH="0")["code"] == "SKS-C005"


def test_a_missing_file_is_told_apart_from_a_wrong_one(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as missing:
        load_settings(tmp_path, {})
    assert missing.value.code == "SKS-C004"
    (tmp_path / FILE_NAME).write_bytes(b'[node]\nname = "\xff"\n')
    with pytest.raises(Unavailable) as unreadable:
        load_settings(tmp_path, {})
    assert unreadable.value.code == "SKS-C004"


@pytest.mark.parametrize(
    "text",
    ["[node\n", '[node]\nname = "a"\nname = "b"\n', "x = " + "[" * 20_000, "a = 1\n" * 2, "\x00"],
    ids=range(5),
)
def test_what_is_not_toml_is_refused(tmp_path: Path, text: str) -> None:
    assert refused(tmp_path, text)["code"] == "SKS-C001"


def test_a_file_as_long_as_a_book_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, "#" * (SETTINGS_BYTES_MAX + 1))["code"] == "SKS-C001"


def test_a_password_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "db.pw").write_text("秘密\n", "utf-8")
    text = LEAST + '[database]\nkind = "postgresql"\npassword_file = "db.pw"\n'
    assert load(tmp_path, text).database["password"] == "秘密"
    (tmp_path / "db.pw").unlink()
    assert refused(tmp_path, text)["code"] == "SKS-C004"


@given(
    st.text(max_size=80)
    | st.lists(
        st.sampled_from(
            [
                "[node]",
                "[store]",
                "name",
                "=",
                '"x"',
                "1",
                "\n",
                ".",
                "[[",
                "]]",
                "{",
                "}",
                "#",
                "true",
                ",",
            ]
        ),
        max_size=20,
    ).map("".join)
)
def test_any_text_is_settings_or_refused_by_code(text: str) -> None:
    try:
        found = read_toml(text, "f", SHAPE)
    except InvalidInput as reason:
        assert reason.code in ("SKS-C001", "SKS-C002", "SKS-C003")
        assert reason.params.get("line", 1) <= len(text.splitlines())
    else:
        assert set(found) == set(SHAPE)


def test_a_node_is_never_made_twice_in_one_place(tmp_path: Path) -> None:
    clock = SettableClock(START)
    make_node(tmp_path / "n", LEAST, {}, clock, alias="made-once")
    before = {path: path.read_bytes() for path in (tmp_path / "n").rglob("*.key")}
    with pytest.raises(Refused) as refused:
        make_node(tmp_path / "n", LEAST, {}, clock, alias="made-twice")
    assert refused.value.code == "SKS-C006"
    assert before == {path: path.read_bytes() for path in (tmp_path / "n").rglob("*.key")}


@pytest.mark.parametrize(
    "text", ['[node]\nname = "X"\n', '[node]\nname = "x"\nsuite = "S9"\n', "["]
)
def test_settings_that_are_refused_leave_no_node_behind(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInput):
        make_node(tmp_path / "n", text, {}, SettableClock(START), alias="never-made")
    assert list((tmp_path / "n").iterdir()) == []
    make_node(tmp_path / "n", LEAST, {}, SettableClock(START), alias="made-after")
