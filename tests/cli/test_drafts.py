"""`sekisho draft`: what was begun in the browser, seen from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.commands import Commands
from tests.support.databases import forget_connection
from tests.support.uploads import begin, draft_with, send_part, submit

from sekisho.kernel.clock import SystemClock
from sekisho.node.opening import Node, open_node


@contextmanager
def browsing(town: Commands) -> Iterator[Node]:
    """The node as the web process has it."""
    alias = f"browsing-{town.folder.parent.name}"
    node = open_node(town.folder / "internet", {}, SystemClock(), alias=alias)
    try:
        with node.at_work():
            yield node
    finally:
        node.close()
        forget_connection(alias)


def test_drafts_are_listed_shown_and_deleted(town: Commands) -> None:
    mine = ["--as", "sato"]
    assert town.at("internet", "draft", "list", *mine).stdout == "下書きはありません。\n"
    with browsing(town) as node:
        draft_id = draft_with(node, {"税務/通知.txt": b"x" * 2_048})
        half = begin(node, draft_id, "様式.pdf", 3_000)
        send_part(node, half, 0, bytes(1_024))
    (listed,) = town.value("internet", "draft", "list", *mine)
    assert (listed["draft"], listed["state"], listed["files"]) == (draft_id, "open", 2)
    assert listed["bytes"] == 5_048
    assert "作成中" in town.at("internet", "draft", "list", *mine).stdout
    said = town.at("internet", "draft", "show", draft_id, *mine).stdout
    assert "税務/通知.txt" in said and "1 KiB" in said
    assert town.at("internet", "draft", "list", "--as", "suzuki").stdout == "下書きはありません。\n"
    for verb in ("show", "delete"):
        other = town.fails("internet", "draft", verb, draft_id, "--as", "suzuki")
        assert other["code"] == "SKS-U001"
    town.at("internet", "draft", "delete", draft_id, *mine)
    assert town.value("internet", "draft", "list", *mine) == []
    vault = town.folder / "internet" / "vault"
    assert [path for path in vault.rglob("ob_*") if path.is_file()] == []


def test_what_stood_against_a_submission_is_shown_with_its_file(town: Commands) -> None:
    ends = ["--to", "lgwan", "--as", "admin"]
    town.at("internet", "route", "change", *ends, "--type", "pdf")
    with browsing(town) as node:
        draft_id = draft_with(node, {"通知.txt": b"no PDF"})
        assert submit(node, draft_id) is None
    value = town.value("internet", "draft", "show", draft_id, "--as", "sato")
    assert value["state"] == "refused"
    assert value["reasons"] == [{"path": "通知.txt", "code": "SKS-T029"}]
    said = town.at("internet", "draft", "show", draft_id, "--as", "sato").stdout
    assert "通知.txt: SKS-T029" in said and "{" not in said
