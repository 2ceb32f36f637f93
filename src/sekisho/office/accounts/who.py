"""A person as rules see one, and lists of people in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sekisho.office.accounts.roles import CONTRACTOR

EVERYBODY = "*"


@dataclass(frozen=True)
class Who:
    """A person as the rules see one."""

    login: str
    division: str = ""
    roles: tuple[str, ...] = ()
    units: frozenset[str] = frozenset()
    """The names of his units and of those above them."""


def matches(listed: Iterable[str], who: Who) -> bool:
    """Whether a person stands in a list of logins, `division:NAME`, `role:NAME` and `*`.

    `*` is everybody but contractors: they are named by login, division or role.
    """
    names = {who.login, f"division:{who.division}"}
    names.update(f"division:{unit}" for unit in who.units)
    names.update(f"role:{role}" for role in who.roles)
    if CONTRACTOR not in who.roles:
        names.add(EVERYBODY)
    return any(one in names for one in listed)
