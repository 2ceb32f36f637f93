"""The conditions of a route as options, and as a table for people."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from sekisho.cli import files
from sekisho.cli.sizes import SIZE
from sekisho.cli.speech import option
from sekisho.cli.words import both
from sekisho.kernel.errors import InvalidInput
from sekisho.office.transfers.policy_words import SIZES, WORDS, policy_rows

__all__ = ["WORDS", "given_policy", "policy_options", "policy_rows"]

F = TypeVar("F", bound=Callable[..., Any])
POLICY_BYTES_MAX = 256 * 1024

_LISTS = {
    "senders": "--sender",
    "recipients": "--recipient",
    "approvers": "--approver",
    "labels": "--label",
    "types": "--type",
    "after_for": "--after-for",
}
_FLAGS = ("emergency", "restricted", "bulk")
_NUMBERS = ("approvals", "files_max", "retention_days", "parcel_days", "collect_limit")


class RangeType(click.ParamType):  # type: ignore[type-arg]
    """`8-18`."""

    name = "range"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """First and last."""
        found = re.fullmatch(r"(\d{1,2})-(\d{1,2})", str(value), re.ASCII)
        if found is None:
            self.fail(
                both(f"「{value}」は 8-18 の形ではありません", "write it as 8-18"), param, ctx
            )
        return int(found[1]), int(found[2])


class DisarmType(click.ParamType):  # type: ignore[type-arg]
    """`docx=strict`, `image=picture`, `*=none`."""

    name = "profile"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Kind and profile; whether there are such is judged with the policy."""
        kind, found, profile = str(value).partition("=")
        if not found:
            self.fail(
                both(f"「{value}」は docx=strict の形ではありません", "write it as docx=strict"),
                param,
                ctx,
            )
        return kind, profile


class StepType(click.ParamType):  # type: ignore[type-arg]
    """`line:1`, `role:approver,suzuki`, `2=line:`."""

    name = "step"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> dict[str, Any]:
        """Who approves and how many; whether that can be is judged with the policy."""
        found = re.fullmatch(r"(?:(\d)=)?(.+)", str(value), re.ASCII | re.DOTALL)
        words = [word.strip() for word in found[2].split(",")] if found else []
        if not all(words) or not words:
            self.fail(
                both(f"「{value}」は 2=line: の形ではありません", "write it as 2=line:"), param, ctx
            )
        return {"approvers": words, "approvals": int((found and found[1]) or 1)}


class DaysType(click.ParamType):  # type: ignore[type-arg]
    """`機密性3A=7`."""

    name = "days"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        """Class and days; whether there can be so many is judged with the policy."""
        label, _, days = str(value).rpartition("=")
        if not label or not (days.isascii() and days.isdecimal()):
            self.fail(
                both(f"「{value}」は 機密性3A=7 の形ではありません", "write it as LABEL=7"),
                param,
                ctx,
            )
        return label, int(days)


def policy_options(function: F) -> F:
    """Decorator: one option for each condition, and `--policy FILE`."""
    for decorate in reversed(_decorators()):
        function = decorate(function)
    return function


def _decorators() -> list[Callable[[F], F]]:
    lists = [
        option(
            flag,
            key,
            multiple=True,
            metavar="TEXT",
            spoken=(f"{WORDS[key][0]}（くり返せる）", f"{WORDS[key][1]} (repeat)"),
        )
        for key, flag in _LISTS.items()
    ]
    numbers = [
        option(f"--{key.replace('_', '-')}", type=int, spoken=WORDS[key])
        for key in (*_NUMBERS, "decide_days", "rescan_hours")
    ]
    flags = [option(f"--{key}/--no-{key}", key, default=None, spoken=WORDS[key]) for key in _FLAGS]
    sizes = [
        option(f"--{key.replace('_', '-')}", type=SIZE, metavar="SIZE", spoken=WORDS[key])
        for key in SIZES
    ]
    return [
        option(
            "--disarm",
            multiple=True,
            type=DisarmType(),
            metavar="TYPE=PROFILE",
            spoken=(
                "種類ごとの無害化の方式（standard, strict, picture, text, none。くり返せる）。"
                "なければ「*=standard」。行き先がインターネット側なら none",
                "how files of a type are disarmed (repeat); else *=standard, but none into the"
                " Internet zone",
            ),
        ),
        option(
            "--policy",
            "policy_file",
            type=files.FILE,
            spoken=("条件を書いた TOML（オプションが優先）", "TOML with conditions; options win"),
        ),
        option("--timing", type=click.Choice(("before", "after")), spoken=WORDS["timing"]),
        *lists,
        option(
            "--level",
            "levels",
            multiple=True,
            type=StepType(),
            metavar="[N=]WHO,...",
            spoken=(
                "承認の段階（順にくり返す）。line:1 は直近の所属長、2=role:approver は承認者 2 人",
                "a step of approval (repeat, in order): line:1 is the nearest head above the"
                " sender, 2=role:approver two approvers",
            ),
        ),
        *flags,
        *numbers,
        _label_days(),
        *sizes,
        option("--schedule-days", type=RangeType(), metavar="1-5", spoken=WORDS["schedule_days"]),
        option(
            "--schedule-hours", type=RangeType(), metavar="8-18", spoken=WORDS["schedule_hours"]
        ),
    ]


def _label_days() -> Callable[[F], F]:
    return option(
        "--label-days",
        multiple=True,
        type=DaysType(),
        metavar="LABEL=DAYS",
        spoken=(
            f"{WORDS['label_days'][0]}（くり返せる）",
            f"{WORDS['label_days'][1]} (repeat)",
        ),
    )


def given_policy(given: dict[str, Any]) -> dict[str, Any]:
    """The conditions that were named, in the file or by options; not judged yet."""
    path = given.pop("policy_file")
    found = _read(path) if path else {}
    days = given.pop("schedule_days")
    if days is not None:
        found["schedule_days"] = list(range(days[0], days[1] + 1))
    disarm = given.pop("disarm")
    if disarm:
        found["disarm"] = {**found.get("disarm", {}), **dict(disarm)}
    label_days = given.pop("label_days")
    if label_days:
        found["label_days"] = {**found.get("label_days", {}), **dict(label_days)}
    for key, value in given.items():
        if value is not None and value != ():
            found[key] = list(value) if isinstance(value, tuple) else value
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(files.read(path, POLICY_BYTES_MAX).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput("SKS-C001", file=str(path), reason=str(error)) from None
