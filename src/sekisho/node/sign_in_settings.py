"""How people sign in: the sections [sign_in], [ldap] and [oidc] of a node's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sekisho.kernel.errors import InvalidInput
from sekisho.node.setting_checks import bounded, choice, secret
from sekisho.office.accounts.roles import ROLES
from sekisho.office.accounts.sign_in_rules import FACTOR_MODES

SIGN_IN_BOUNDS = {
    "lock_after": (3, 50),
    "lock_minutes": (1, 1_440),
    "step_up_minutes": (0, 480),
    "sessions": (1, 50),
}
LDAP_SECONDS = (1, 60)
LOOPBACK = ("localhost", "127.0.0.1", "::1")
SIGN_IN_SHAPE: dict[str, dict[str, type]] = {
    "sign_in": {"password": bool, "second_factor": str, **dict.fromkeys(SIGN_IN_BOUNDS, int)},
    "ldap": {
        "url": str,
        "starttls": bool,
        "ca_file": str,
        "bind_dn": str,
        "password_file": str,
        "base": str,
        "filter": str,
        "name": str,
        "mail": str,
        "create": bool,
        "seconds": int,
        **{f"group_{role}": str for role in ROLES},
    },
    "oidc": {
        "issuer": str,
        "client_id": str,
        "client_secret_file": str,
        "claim": str,
        "title": str,
        "ca_file": str,
    },
}


@dataclass(frozen=True)
class SignInSettings:
    """How people sign in here.

    `password`: whether passwords kept here are taken from everybody; otherwise from administrators
    alone, who must come in when a directory service is away. `second_factor` is one of
    `FACTOR_MODES`. After `lock_after` failures in a row a login is locked for `lock_minutes`. What
    asks for a fresh sign-in takes one of the last `step_up_minutes` (0: never asks again).
    `sessions` is how many one person may have at a time.
    """

    password: bool = True
    second_factor: str = "optional"
    lock_after: int = 5
    lock_minutes: int = 15
    step_up_minutes: int = 15
    sessions: int = 5


@dataclass(frozen=True)
class LdapSettings:
    """A directory service that checks passwords (LDAP, Active Directory).

    `filter` finds a person by `{login}`; `name` and `mail` are the attributes that are taken over;
    `groups` gives a role to the members of a group. With `create` a person found there is
    registered here at the first sign-in; otherwise only people registered here come in.
    """

    url: str
    base: str
    starttls: bool = True
    ca_file: Path | None = None
    bind_dn: str = ""
    password: str = field(default="", repr=False)
    filter: str = "(&(objectClass=person)(uid={login}))"
    name: str = "displayName"
    mail: str = "mail"
    groups: Mapping[str, str] = field(default_factory=dict)
    create: bool = False
    seconds: int = 5


@dataclass(frozen=True)
class OidcSettings:
    """A provider of OpenID Connect; `claim` holds the login, `title` stands on the button."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    claim: str = "preferred_username"
    title: str = ""
    ca_file: Path | None = None


def read_sign_in(found: dict[str, Any]) -> SignInSettings:
    """The section [sign_in]. Raises InvalidInput SKS-C005."""
    usual = SignInSettings()
    mode = found.get("second_factor", usual.second_factor)
    numbers = {
        key: bounded(f"sign_in.{key}", found.get(key, getattr(usual, key)), *bounds)
        for key, bounds in SIGN_IN_BOUNDS.items()
    }
    return SignInSettings(
        password=found.get("password", usual.password),
        second_factor=choice("sign_in.second_factor", mode, FACTOR_MODES),
        **numbers,
    )


def read_ldap(folder: Path, found: dict[str, Any]) -> LdapSettings | None:
    """The section [ldap], None without one. Raises InvalidInput SKS-C005, Unavailable SKS-C004."""
    if not found.get("url"):
        return None
    values = dict(found)
    groups = {role: values.pop(key) for role in ROLES if (key := f"group_{role}") in values}
    encrypted = values["url"].startswith("ldaps://")
    starttls = values.pop("starttls", not encrypted)
    # A password in clear on the wire is no setting that one may choose.
    if not encrypted and not (values["url"].startswith("ldap://") and starttls):
        _refuse("ldap.url", values["url"], "ldaps://…, ldap://… + starttls = true")
    if not values.get("base"):
        _refuse("ldap.base", "", "dc=example,dc=lg,dc=jp")
    if "{login}" not in values.get("filter", LdapSettings.filter):
        _refuse("ldap.filter", values["filter"], "(sAMAccountName={login})")
    password = secret(folder, values)
    values.pop("password_file", None)
    if "ca_file" in values:
        values["ca_file"] = folder / values["ca_file"]
    bounded("ldap.seconds", values.get("seconds", LdapSettings.seconds), *LDAP_SECONDS)
    starttls = starttls and not encrypted
    return LdapSettings(**values, starttls=starttls, password=password, groups=groups)


def read_oidc(folder: Path, found: dict[str, Any]) -> OidcSettings | None:
    """The section [oidc], None without one. Raises InvalidInput SKS-C005, Unavailable SKS-C004."""
    if not found.get("issuer"):
        return None
    values = dict(found)
    parts = urlsplit(values["issuer"])
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        _refuse("oidc.issuer", values["issuer"], "https://…")
    if not values.get("client_id"):
        _refuse("oidc.client_id", "", "client id")
    client_secret = secret(folder, values, "client_secret_file")
    values.pop("client_secret_file", None)
    if "ca_file" in values:
        values["ca_file"] = folder / values["ca_file"]
    return OidcSettings(**values, client_secret=client_secret)


def _refuse(key: str, value: str, allowed: str) -> None:
    raise InvalidInput("SKS-C005", key=key, value=value[:80], allowed=allowed)
