"""Failures in words: what happened, what to do next, whom to ask; and the exit code.

Expected failures carry a code. Anything else is a fault of ours and goes up as it is.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from typing import Any

import click

from sekisho.cli.words import EN, JA, Pair, both, language
from sekisho.kernel.errors import (
    Explanation,
    Refused,
    SekishoError,
    SeveralRefused,
    Unavailable,
)
from sekisho.kernel.names import shown

INTERRUPTED = 130
_DATABASE_ERRORS = "django.db.utils"
_NO_DRIVER = "ImproperlyConfigured"
"""Django's word for a database whose driver is missing; everything else is checked before."""
_REASON_CHARS_MAX = 200


class Misused(SekishoError):
    """The command was not called as it can be called."""

    exit_code = 2


def report(failure: Exception, *, as_json: bool) -> int:
    """Write an expected failure on standard error; its exit code. Raises any other again."""
    if isinstance(failure, click.exceptions.Abort):
        click.echo(both("中止しました。", "Stopped."), err=True)
        return INTERRUPTED
    if isinstance(failure, click.exceptions.NoArgsIsHelpError):
        click.echo(failure.format_message(), err=True)
        return Misused.exit_code
    error = worded(failure)
    if error is None:
        raise failure
    if as_json:
        click.echo(json.dumps({"error": as_value(error)}, ensure_ascii=False), err=True)
    else:
        for line in as_lines(error):
            click.echo(line, err=True)
    return error.exit_code


def worded(failure: Exception) -> SekishoError | None:
    """The failure as a coded error, or None when it is none that was expected."""
    if isinstance(failure, SekishoError):
        return failure
    if isinstance(failure, click.ClickException):
        reason, reason_en = _usage(failure)
        return Misused("SKS-C020", reason=reason, reason_en=reason_en)
    if type(failure).__name__ == _NO_DRIVER:
        return Refused("SKS-C032", reason=_reason(failure))
    if any(one.__module__ == _DATABASE_ERRORS for one in type(failure).__mro__):
        return _outdated() or Unavailable("SKS-C010", reason=_reason(failure))
    if isinstance(failure, OSError):
        return Unavailable("SKS-C013", reason=_reason(failure))
    return None


def _outdated() -> SekishoError | None:
    """After an upgrade the tables may be those of the version before."""
    # Here, not above: only where Django already runs.
    from sekisho.node.checkup import outdated

    return outdated()


def as_lines(error: SekishoError) -> list[str]:
    """The error for a person."""
    found = error.explain(language())
    each = [line for path, reason in _each(error) for line in _file_lines(path, reason)]
    return [f"{both('エラー', 'Error')} {error.code}: {found.what}", *each, *next_lines(found)]


def _each(error: SekishoError) -> tuple[tuple[str, SekishoError], ...]:
    return error.reasons if isinstance(error, SeveralRefused) else ()


def _file_lines(path: str, reason: SekishoError) -> list[str]:
    found = reason.explain(language())
    return [f"  {shown(path)}: [{reason.code}] {found.what}", f"    {found.next_step}"]


def next_lines(found: Explanation) -> list[str]:
    """What to do and whom to ask."""
    return [
        f"  {both('次にすること', 'Next')}: {found.next_step}",
        f"  {both('相談先', 'Ask')}: {found.ask}",
    ]


def as_value(error: SekishoError) -> dict[str, Any]:
    """The error for a program: both languages, so that whoever logs it need not choose."""
    ja, en = error.explain(JA), error.explain(EN)
    each = [{"path": path, **as_value(reason)} for path, reason in _each(error)]
    return {
        **({"files": each} if each else {}),
        "code": error.code,
        "exit_code": error.exit_code,
        "params": {key: _plain(value) for key, value in error.params.items()},
        "what": ja.what,
        "next": ja.next_step,
        "ask": ja.ask,
        "what_en": en.what,
        "next_en": en.next_step,
        "ask_en": en.ask,
    }


def _plain(value: Any) -> Any:
    return value if isinstance(value, (int, str, float)) or value is None else str(value)


def _reason(failure: Exception) -> str:
    text = " ".join(str(failure).split())
    return text[:_REASON_CHARS_MAX] or type(failure).__name__


def _usage(failure: click.ClickException) -> Pair:
    """Click's complaint, in Japanese too where its kind is known."""
    match failure:
        case click.NoSuchOption():
            near = _listed(failure.possibilities or ())
            return (
                f"{failure.option_name} というオプションはありません。近いもの: {near}",
                f"there is no option {failure.option_name}; nearest: {near}",
            )
        case click.MissingParameter():
            name = _parameter(failure)
            return f"{name} が指定されていません", f"{name} is missing"
        case click.BadParameter():
            name = _parameter(failure)
            return (
                f"{name} の値が正しくありません: {failure.message}",
                f"the value of {name} is wrong: {failure.message}",
            )
    return _command_or_other(failure)


def _command_or_other(failure: click.ClickException) -> Pair:
    name = getattr(failure, "command_name", None)
    context = getattr(failure, "ctx", None)
    if name is None or context is None:
        return (failure.format_message().rstrip("."),) * 2
    known = context.command.list_commands(context)
    near = _listed(difflib.get_close_matches(name, known, cutoff=0.5))
    return (
        f"{name} というコマンドはありません。近いもの: {near}",
        f"there is no command {name}; nearest: {near}",
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "—"


def _parameter(failure: click.BadParameter) -> str:
    if failure.param_hint:
        hint = failure.param_hint
        return hint if isinstance(hint, str) else " / ".join(hint)
    parameter = failure.param
    if parameter is None:
        return "?"
    if isinstance(parameter, click.Argument):
        return parameter.metavar or str(parameter.name).upper()
    return parameter.opts[0]
