"""`sekisho search`: transfers that leave or have arrived, by text, person, period, state."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sekisho.cli import files
from sekisho.cli.answer import Shown, Table, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.dates import MOMENT, day
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import command, option
from sekisho.cli.transfer_views import state_word
from sekisho.cli.words import Pair, both, language, longer
from sekisho.kernel import names
from sekisho.kernel.clock import stamp
from sekisho.kernel.sizes import shown_bytes
from sekisho.office.transfers.states import ArrivalState, State

if TYPE_CHECKING:
    from sekisho.office.transfers.hits import Hit
    from sekisho.office.transfers.searching import Found, SearchTerms, Sight

DETAILS: Pair = (
    """

TEXT は、番号の先頭、目的、ファイル名、人の名前のどこかに、すべての語が含まれるものを探します。
見つかるのは、操作する人が見てよいものだけです。""",
    """

Every word of TEXT must stand in the id (its beginning), the purpose, a name of a file or of a
person. Only what the person who acts may see is found.""",
)
STATES = sorted({one.value for one in State} | {one.value for one in ArrivalState})
PURPOSE_CHARS_SHOWN = 30


@command("search", longer(COMMANDS["search"].spoken, DETAILS))
@click.argument("text", nargs=-1)
@option("--person", default="", metavar="TEXT", spoken=("利用者名か氏名の一部", "login or name"))
@option("--from", "since", type=MOMENT, spoken=("この日時から", "from this moment on"))
@option("--to", "until", type=MOMENT, spoken=("この日時の前まで", "before this moment"))
@option("--direction", type=click.Choice(["sent", "arrived"]), default=None, spoken=("向き", "way"))
@option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(STATES),
    spoken=("この状態のものだけ（くり返せる）", "only in this state (repeat)"),
)
@option("--peer", default="", metavar="NODE", spoken=("相手のノード", "the other node"))
@option("--label", default="", metavar="TEXT", spoken=("機密性の区分", "the class"))
@option("--division", default="", metavar="TEXT", spoken=("このノードの人の課", "the division"))
@option("--after", default="", metavar="PLACE", spoken=("前の答えの続きから", "go on from there"))
@option("--limit", type=click.IntRange(1, 500), default=50, spoken=("1回の件数", "how many"))
@option("--xlsx", type=files.FILE, spoken=("全件を Excel に書き出す", "write all as Excel"))
@option("--csv", type=files.FILE, spoken=("全件を CSV に書き出す", "write all as CSV"))
@pass_call
def search(
    call: Call,
    text: tuple[str, ...],
    after: str,
    limit: int,
    xlsx: Path | None,
    csv: Path | None,
    direction: str | None,
    **given: Any,
) -> None:
    """Newest first. Raises Refused SKS-C022, InvalidInput SKS-E011, SKS-E012."""
    actor = call.actor
    with call.node() as node:
        from sekisho.office.transfers.searching import SearchTerms
        from sekisho.office.transfers.searching import search as find
        from sekisho.office.transfers.sights import sight_of

        sight = sight_of(node.desk, actor)
        terms = SearchTerms(text=" ".join(text), direction=direction or "", **given)
        found = find(terms, sight=sight, after=after, limit=limit)
        written = _exported(terms, sight, call.now(), xlsx, csv)
    value = {
        "found": [_value(one) for one in found.hits],
        "next": found.next_place or None,
        "sent": found.sent,
        "arrived": found.arrived,
        "written": [str(path) for path in written],
    }
    answer(call, value, *_shown(found, written))


def _exported(
    terms: SearchTerms, sight: Sight, now: datetime, xlsx: Path | None, csv: Path | None
) -> list[Path]:
    from sekisho.node.documents.search_table import search_table
    from sekisho.office.site.sheets import write_csv, write_xlsx
    from sekisho.office.transfers.searching import search_all

    if xlsx is not None:
        with files.open_new(xlsx) as out:
            table = search_table(search_all(terms, sight=sight), language=language())
            write_xlsx([table], out, made=now, language=language())
    if csv is not None:
        with files.open_new(csv) as out:
            table = search_table(search_all(terms, sight=sight), language=language())
            write_csv(table, out, language=language())
    return [path for path in (xlsx, csv) if path is not None]


def _value(one: Hit) -> dict[str, Any]:
    return {
        "transfer": one.transfer_id,
        "direction": one.direction,
        "when": stamp(one.when),
        "peer": one.peer,
        "sender": one.sender,
        "sender_name": one.sender_name or None,
        "division": one.division or None,
        "addressees": list(one.addressees),
        "purpose": one.purpose,
        "label": one.label,
        "state": one.state,
        "code": one.code or None,
        "erased": one.erased,
        "files": one.files,
        "bytes": one.bytes,
    }


def _shown(found: Found, written: list[Path]) -> list[Shown]:
    lines: list[Shown] = [
        both(
            f"{found.total} 件（送った {found.sent}、届いた {found.arrived}）",
            f"{found.total} found ({found.sent} sent, {found.arrived} arrived)",
        )
    ]
    if found.hits:
        lines.append(Table(_headers(), [_row(one) for one in found.hits]))
    if found.next_place:
        lines.append(both("続き: --after ", "More: --after ") + found.next_place)
    return [*lines, *(both(f"{path} に書きました。", f"Written to {path}.") for path in written)]


def _headers() -> tuple[str, ...]:
    return (
        both("受け渡し", "transfer"),
        both("日", "day"),
        both("向き・相手", "way"),
        both("送信者", "sender"),
        both("目的", "purpose"),
        both("状態", "state"),
        both("ファイル", "files"),
    )


def _row(one: Hit) -> tuple[str, ...]:
    arrow = "→" if one.direction == "sent" else "←"
    return (
        one.transfer_id,
        day(one.when),
        f"{arrow} {one.peer}",
        one.sender_name or one.sender,
        names.shown(one.purpose[:PURPOSE_CHARS_SHOWN]),
        state_word(one.state),
        f"{one.files} / {shown_bytes(one.bytes)}",
    )
