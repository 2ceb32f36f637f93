"""`sekisho explain`: what an error code means."""

from __future__ import annotations

from sekisho.cli.answer import Table, answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.failures import next_lines
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, command, option
from sekisho.cli.words import both, language
from sekisho.kernel.errors import InvalidInput, catalogue, explanation


@command("explain", COMMANDS["explain"].spoken)
@argument("code", required=False)
@option("--all", "everything", is_flag=True, spoken=("すべてのコードを並べる", "list every code"))
@pass_call
def explain(call: Call, code: str | None, everything: bool) -> None:
    """What happened, what to do, whom to ask."""
    if everything or code is None:
        _list(call)
        return
    wanted = code.strip().upper()
    if wanted not in catalogue():
        raise InvalidInput("SKS-C014", code=code[:40])
    found = explanation(wanted, language())
    answer(
        call,
        {"code": wanted, **catalogue()[wanted]},
        f"{wanted}: {found.what}",
        *next_lines(found),
    )


def _list(call: Call) -> None:
    codes = sorted(catalogue())
    rows = [(code, explanation(code, language()).what) for code in codes]
    answer(
        call,
        [{"code": code, **catalogue()[code]} for code in codes],
        Table((both("コード", "code"), both("意味", "meaning")), rows),
    )
