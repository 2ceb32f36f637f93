"""What the documents show is what the code reads."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import fields
from pathlib import Path

from tests.contracts.store_cases import NOW
from tests.support.seaweedfs import NARROW_NODE

from sekisho.store.layout import parse
from sekisho.store.marker import read_marker, write_marker
from sekisho.store.opening import KINDS, StoreSettings, open_store

DOCS = Path(__file__).parents[3] / "docs"
GUIDE = (DOCS / "store.md").read_text("utf-8")
LAYOUT = (DOCS / "formats" / "store-layout.md").read_text("utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_the_settings_of_the_guide_open_a_store(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    shown = blocks(GUIDE, "toml")
    settings = [tomllib.loads(one)["store"] for one in shown if "[store]" in one]
    secrets = [one for one in shown if "[store]" not in one]
    assert [one["kind"] for one in settings] == list(KINDS)
    for one in settings:
        secret.write_text(secrets[0] if one["kind"] == "s3" else secrets[1])
        secret.chmod(0o600)
        values = {key: value for key, value in one.items() if key != "ca_file"}
        if "credentials_file" in values:
            values["credentials_file"] = secret
        if "path" in values:
            values["path"] = Path(values["path"])
        assert set(one) <= {field.name for field in fields(StoreSettings)}
        open_store(StoreSettings(**values), {})


def test_the_rights_of_the_guide_are_those_that_are_tested() -> None:
    (identity,) = map(json.loads, blocks(GUIDE, "json"))
    assert identity["name"] == NARROW_NODE
    assert identity["actions"][-1] == f"Write:sekisho/nodes/{NARROW_NODE}/*"


def test_the_names_of_the_layout_are_read() -> None:
    examples = next(one for one in blocks(LAYOUT, "") if one.startswith("nodes/")).split()
    assert len(examples) == 5
    for name in examples:
        read = parse(name)
        assert read is not None, name
        assert read.name == name


def test_the_marker_of_the_layout_is_the_one_we_write() -> None:
    (example,) = blocks(LAYOUT, "json")
    marker = read_marker(example.strip().encode())
    assert marker.created == NOW
    assert write_marker(marker) == example.strip().encode()
