"""`sekisho directory`: look at a directory of nodes, take it into use; drafts and signatures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sekisho.cli import directory_admins, directory_drafts, files
from sekisho.cli.answer import Table, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import day, moment
from sekisho.cli.directory_files import read_directory
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, group, option
from sekisho.cli.words import Pair, both, longer
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import Refused
from sekisho.seal.directory import Directory, expires_soon, standing

DETAILS: Pair = (
    """

名簿は、管理者が自分の鍵で署名したファイルです。管理者の作業（draft、add-node、link、sign など）に
ノードは要りません。ネットワークから離れた端末で行えます。

  directory admin-key → card → draft → add-node → link → sign（人数分）→ import（各ノード）""",
    """

A directory is a file that administrators sign with their own keys. Their work (draft, add-node,
link, sign and so on) needs no node and may be done on a machine without any network.

  directory admin-key → card → draft → add-node → link → sign (each) → import (each node)""",
)

directory = group("directory", longer(COMMANDS["directory"].spoken, DETAILS))
for made in (
    directory_admins.admin_key,
    directory_admins.card,
    directory_drafts.draft,
    directory_drafts.add_node,
    directory_drafts.remove_node,
    directory_drafts.link,
    directory_drafts.unlink,
    directory_drafts.renew,
    directory_admins.sign,
):
    directory.add_command(made)

PREVIOUS = ("いま使っている版のファイル", "file of the version in use")


@directory.verb(
    "status",
    ("名簿のファイルに、あと何人の署名が要るか", "how many signatures a file still needs"),
)
@argument("file", type=files.FILE)
@option("--previous", type=files.FILE, spoken=PREVIOUS)
@pass_call
def status(call: Call, file: Path, previous: Path | None) -> None:
    """Who has signed, who may yet. Exit code 1 while signatures are missing."""
    untrusted = files.read(file)
    proposed = read_directory(untrusted)
    before = read_directory(files.read(previous)) if previous else None
    found = standing(untrusted, before) if proposed.envelope else None
    signed = found.signed if found else frozenset()
    threshold = found.threshold if found else proposed.threshold
    known = {**(before.admin_names if before else {}), **proposed.admin_names}
    names = sorted(known.get(one, one) for one in signed)
    missing = max(0, threshold - len(signed))
    answer(
        call,
        {
            "version": proposed.version,
            "threshold": threshold,
            "signed": names,
            "missing": missing,
            "complete": not missing,
        },
        both(
            f"第 {proposed.version} 版: {threshold} 人の署名が要ります。"
            f"署名した人: {'、'.join(names) or 'なし'}（あと {missing} 人）。",
            f"Version {proposed.version}: {threshold} signatures are needed. "
            f"Signed by: {', '.join(names) or 'nobody'} ({missing} missing).",
        ),
    )
    if missing:
        call.negative()


@directory.verb(
    "show",
    (
        "名簿の中身（ファイルを指定しなければ、このノードが使っている版）",
        "what a directory says (without FILE: the one that this node uses)",
    ),
)
@argument("file", type=files.FILE, required=False)
@pass_call
def show(call: Call, file: Path | None) -> None:
    """Administrators, nodes, links, expiry."""
    found = read_directory(files.read(file)) if file else _in_use(call)
    answer(
        call,
        as_value(found),
        _about(call, found),
        "",
        _admins(found),
        "",
        _nodes(found),
        "",
        _links(found),
    )


def _in_use(call: Call) -> Directory:
    with call.node() as node:
        from sekisho.node.peers import newest_directory

        found = newest_directory(node)
    if found is None:
        raise Refused("SKS-C007")
    return found


def as_value(found: Directory) -> dict[str, Any]:
    """The directory for a program."""
    return {
        "version": found.version,
        "issued": stamp(found.issued),
        "expires": stamp(found.expires),
        "threshold": found.threshold,
        "signed": bool(found.envelope),
        "admins": [
            {"name": found.admin_names[one], "fingerprint": keys.fingerprint}
            for one, keys in sorted(found.admins.items())
        ],
        "nodes": [
            {
                "name": name,
                "zone": entry.zone,
                "title": entry.title,
                "generation": entry.generation,
                "fingerprint": entry.keys.fingerprint,
                "valid_from": stamp(entry.valid_from),
                "valid_until": stamp(entry.valid_until) if entry.valid_until else None,
            }
            for name, entry in sorted(found.nodes.items())
        ],
        "links": [{"from": one, "to": other} for one, other in sorted(found.links)],
    }


def _about(call: Call, found: Directory) -> str:
    soon = expires_soon(found, call.now())
    note = both("　※期限が近いか、過ぎています", "  (expires soon, or has)") if soon else ""
    return both(
        f"第 {found.version} 版　期限 {day(found.expires)}　署名は {found.threshold} 人必要{note}",
        f"Version {found.version}, expires {day(found.expires)}, "
        f"{found.threshold} signatures needed{note}",
    )


def _admins(found: Directory) -> Table:
    rows = [(found.admin_names[one], keys.fingerprint) for one, keys in found.admins.items()]
    return Table((both("管理者", "administrator"), both("指紋", "fingerprint")), sorted(rows))


def _nodes(found: Directory) -> Table:
    rows = [
        (name, entry.zone, entry.title, day(entry.valid_until), entry.keys.fingerprint)
        for name, entry in sorted(found.nodes.items())
    ]
    headers = ("ノード", "領域", "名称", "有効期限", "指紋")
    english = ("node", "zone", "title", "valid until", "fingerprint")
    return Table(tuple(both(a, b) for a, b in zip(headers, english, strict=True)), rows)


def _links(found: Directory) -> Table:
    return Table((both("送る側", "from"), both("受ける側", "to")), sorted(found.links))


@directory.verb(
    "import",
    ("署名のそろった名簿を、このノードで使い始める", "take a signed directory into use here"),
)
@argument("file", type=files.FILE)
@option(
    "--admin",
    "admins",
    multiple=True,
    metavar="FINGERPRINT",
    spoken=(
        "信頼する管理者の指紋（初回だけ。本人から聞いたもの。人数分くり返す）",
        "fingerprint of an administrator, told in person (first time only; repeat)",
    ),
)
@option(
    "--threshold",
    type=int,
    spoken=(
        "そのうち何人の署名を求めるか（なければ全員）",
        "how many of those must have signed (else all)",
    ),
)
@pass_call
def import_(call: Call, file: Path, admins: tuple[str, ...], threshold: int | None) -> None:
    """From the second time on, the administrators of the version in use decide."""
    untrusted = files.read(file)
    with call.node() as node:
        from sekisho.node.peers import accept_directory

        wanted = threshold if threshold is not None else max(1, len(admins))
        found = accept_directory(node, untrusted, trusted=admins, threshold=wanted)
    answer(
        call,
        {"version": found.version, "expires": stamp(found.expires), "nodes": sorted(found.nodes)},
        both(
            f"名簿の第 {found.version} 版を使います（期限 {moment(found.expires)}）。",
            f"Version {found.version} of the directory is in use (until {moment(found.expires)}).",
        ),
    )
