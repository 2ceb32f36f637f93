"""Asking a directory service (LDAP, Active Directory) whether somebody's password is right.

RFC 4513: the person is searched for, then a bind with his own name and password tells. What was
typed reaches the search only escaped (RFC 4515). An empty password never leaves here: a bind with
one succeeds and proves nothing (RFC 4513, section 5.1.2). Nothing is sent before the server has
shown a certificate of the given authority.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sekisho.kernel.errors import Unavailable
from sekisho.node.sign_in_settings import LdapSettings

REASON_CHARS_MAX = 120
FOUND_MAX = 2


@dataclass(frozen=True)
class Entry:
    """A person as the directory service knows one."""

    dn: str
    name: str
    mail: str
    roles: tuple[str, ...]
    """The roles that groups give; only those that have a group in the settings."""


def verify(settings: LdapSettings, untrusted_login: str, untrusted_password: str) -> Entry | None:
    """Whose password this is; None where there is no such person or the password is wrong.

    Raises Unavailable SKS-W032 (no answer, no trust), SKS-W037 (ldap3 is not installed).
    """
    if not untrusted_password or "\x00" in untrusted_password or not untrusted_login.strip():
        return None
    ldap3 = _library()
    with _connected(settings, settings.bind_dn, settings.password) as connection:
        if connection is None:
            raise Unavailable("SKS-W032", reason="bind_dn")
        found = _person(connection, settings, untrusted_login.strip())
        if found is None:
            return None
        roles = tuple(
            role
            for role, group in settings.groups.items()
            if _is_member(ldap3, connection, group, found["dn"], untrusted_login.strip())
        )
    with _connected(settings, found["dn"], untrusted_password) as own:
        if own is None:
            return None
    words = found["attributes"]
    return Entry(found["dn"], _first(words, settings.name), _first(words, settings.mail), roles)


def _library() -> Any:
    try:
        import ldap3
    except ImportError:
        raise Unavailable("SKS-W037") from None
    return ldap3


@contextmanager
def _connected(settings: LdapSettings, dn: str, password: str) -> Iterator[Any]:
    """A connection bound as `dn`; None where the server refuses name or password."""
    ldap3 = _library()
    ca_file = str(settings.ca_file) if settings.ca_file else None
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=ca_file)
    server = ldap3.Server(
        settings.url, tls=tls, connect_timeout=settings.seconds, get_info=ldap3.NONE
    )
    connection = ldap3.Connection(
        server,
        user=dn or None,
        password=password or None,
        authentication=ldap3.SIMPLE if dn else ldap3.ANONYMOUS,
        receive_timeout=settings.seconds,
        auto_referrals=False,
        read_only=True,
    )
    try:
        connection.open()
        if settings.starttls and not connection.start_tls():
            raise Unavailable("SKS-W032", reason="STARTTLS")
        yield connection if connection.bind() else None
    except (ldap3.core.exceptions.LDAPException, OSError) as error:
        raise Unavailable("SKS-W032", reason=str(error)[:REASON_CHARS_MAX]) from None
    finally:
        connection.strategy.close()


def _person(connection: Any, settings: LdapSettings, untrusted_login: str) -> Any:
    """The one person of this login; two are as good as none."""
    ldap3 = _library()
    escaped = ldap3.utils.conv.escape_filter_chars(untrusted_login)
    connection.search(
        settings.base,
        settings.filter.replace("{login}", escaped),
        attributes=[settings.name, settings.mail],
        size_limit=FOUND_MAX,
    )
    found = [one for one in connection.response if one["type"] == "searchResEntry"]
    return found[0] if len(found) == 1 else None


def _is_member(ldap3: Any, connection: Any, group: str, dn: str, untrusted_login: str) -> bool:
    name = ldap3.utils.conv.escape_filter_chars(dn)
    login = ldap3.utils.conv.escape_filter_chars(untrusted_login)
    question = f"(|(member={name})(uniqueMember={name})(memberUid={login}))"
    connection.search(group, question, search_scope=ldap3.BASE, attributes=["1.1"])
    return any(one["type"] == "searchResEntry" for one in connection.response)


def _first(attributes: Mapping[str, Any], name: str) -> str:
    value = attributes.get(name) or ""
    return str(value[0] if isinstance(value, list) else value)
