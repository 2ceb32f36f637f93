"""The pages in docs/formats name exactly the fields, limits and refusals that the code has."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.support import nodes
from tests.support.nodes import DAY, NOW

from sekisho.kernel import dsse
from sekisho.seal import directory, handover, identity, keyformat, prekeys
from sekisho.seal.directory import DIRECTORY_TYPE
from sekisho.seal.handover import HANDOVER_OVERLAP, HANDOVER_TYPE
from sekisho.seal.identity import ADMIN_CARD_TYPE, NODE_CARD_TYPE
from sekisho.seal.prekeybatch import BATCH_TYPE, COLLECT_WITHIN, DAYS_MAX, KEY_LIFE_MAX

PAGES = Path(__file__).parents[3] / "docs" / "formats"
IDENTITY, DIRECTORY, PREKEYS = (
    (PAGES / f"{name}-v1.md").read_text("utf-8") for name in ("identity", "directory", "prekeys")
)
NAIBU = nodes.node("naibu")


def payload(data: bytes, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(dsse.decode(data, kind).payload)
    return found


def directory_payload() -> dict[str, Any]:
    made = nodes.first_draft("a", "b")
    made = directory.with_node(
        made, nodes.card_of(nodes.node("hub")), now=NOW, valid_until=NOW + DAY
    )
    found: dict[str, Any] = json.loads(directory.document(made))
    return found


FOUND = directory_payload()
BATCH = payload(prekeys.make_batch(NAIBU, "soto", "S1", 1, 1, NOW)[0], BATCH_TYPE)
HELD = keyformat.HeldKeys("node", "naibu", NAIBU.signing, NOW, 0)
STATEMENT = handover.statement("naibu", 1, NAIBU.signing, nodes.keys("next"), NOW)


@pytest.mark.parametrize(
    ("page", "heading", "document"),
    [
        (IDENTITY, "a key file", json.loads(keyformat.encode(HELD))),
        (
            IDENTITY,
            "a node card",
            payload(identity.card(NAIBU, "lgwan", "x", NOW), NODE_CARD_TYPE),
        ),
        (
            IDENTITY,
            "an administrator card",
            payload(identity.admin_card(nodes.admin("a"), NOW), ADMIN_CARD_TYPE),
        ),
        (IDENTITY, "a hand-over statement", payload(STATEMENT, HANDOVER_TYPE)),
        (DIRECTORY, "a directory", FOUND),
        (DIRECTORY, "an administrator", FOUND["admins"][0]),
        (DIRECTORY, "a node", FOUND["nodes"][0]),
        (DIRECTORY, "a link", FOUND["links"][0]),
        (PREKEYS, "a batch", BATCH),
        (PREKEYS, "`one_time`", BATCH["one_time"]),
        (PREKEYS, "one day", BATCH["daily"][0]),
    ],
)
def test_the_page_names_every_field(page: str, heading: str, document: dict[str, Any]) -> None:
    section = page.split(f"### Fields of {heading}", 1)[1].split("\n#", 1)[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == set(document)


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        (IDENTITY, NODE_CARD_TYPE),
        (IDENTITY, ADMIN_CARD_TYPE),
        (IDENTITY, HANDOVER_TYPE),
        (DIRECTORY, DIRECTORY_TYPE),
        (PREKEYS, BATCH_TYPE),
    ],
)
def test_the_page_names_the_type(page: str, kind: str) -> None:
    assert f"`{kind}`" in page


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (IDENTITY, f"for {HANDOVER_OVERLAP.days} days more"),
        (DIRECTORY, f"at most {directory.LIFETIME_MAX.days} days"),
        (DIRECTORY, f"at most {directory.NODES_MAX} "),
        (DIRECTORY, f"at most {directory.ADMINS_MAX} "),
        (DIRECTORY, f"at most {directory.LINKS_MAX:,} "),
        (DIRECTORY, f"{directory.EXPIRES_SOON.days} days before"),
        (PREKEYS, f"at most {DAYS_MAX} "),
        (PREKEYS, f"at most {prekeys.ONE_TIME_MAX:,} "),
        (PREKEYS, f"kept {COLLECT_WITHIN.days} days after"),
        (PREKEYS, f"more than {KEY_LIFE_MAX.days} days"),
        (PREKEYS, f"({HANDOVER_OVERLAP.days} days)"),
        (PREKEYS, f"fewer than {prekeys.LOW_WATER_DEFAULT} "),
    ],
)
def test_the_page_names_the_limit(page: str, words: str) -> None:
    assert words in page


def test_the_pages_name_every_refusal_of_these_documents() -> None:
    source = Path(directory.__file__).parents[1]
    modules = [source / f"{name}.py" for name in ("handover", "prekeys", "prekeybatch", "moments")]
    modules += sorted((source / "directory").glob("*.py"))
    raised = set()
    for path in modules:
        raised |= set(re.findall(r'"(SKS-N\d{3})"', path.read_text("utf-8")))
    told = set(re.findall(r"SKS-N\d{3}", IDENTITY + DIRECTORY + PREKEYS))
    # Asked for by a caller of ours, not carried by a document: N046 and N068.
    assert raised - told == {"SKS-N046", "SKS-N068"}
