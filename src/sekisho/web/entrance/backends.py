"""Who checks a password: this node first, then the directory service, if there is one."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from sekisho.node import ldap
from sekisho.node.sign_in_settings import LdapSettings
from sekisho.office.accounts.actions import is_login
from sekisho.office.accounts.from_directory import take_over
from sekisho.office.accounts.models import Person
from sekisho.office.accounts.passwords import require_lasting
from sekisho.office.accounts.roles import ADMIN
from sekisho.office.accounts.signing_in import person_named
from sekisho.office.site.rows import find
from sekisho.web.request import serving


class LocalPasswords(AuthenticationBackend):  # type: ignore[misc]
    """Passwords kept at this node. Where they are switched off, administrators still have theirs:
    somebody must come in when the directory service is away."""

    def _authenticate_by_username(self, username: str, password: str) -> Any:
        """The person, if that is his password and he may use one. Raises Refused SKS-H072: only
        who knows a temporary password learns that it has ended."""
        person = person_named(username)
        if person is None or not _may_use_password(person):
            return None
        found = self._check_password(person, password)
        if found is not None:
            require_lasting(serving().desk, person)
        return found

    def get_user(self, user_id: Any) -> Any:
        """The active person of a session, however it began: it may have been a passkey."""
        return find(Person, login=user_id, active=True)


def _may_use_password(person: Person) -> bool:
    return serving().settings.sign_in.password or ADMIN in person.roles


class DirectoryPasswords(ModelBackend):
    """Passwords that the directory service checks. Only people registered here come in, unless the
    settings say that it may register them."""

    def authenticate(
        self, request: HttpRequest | None, username: Any = None, password: Any = None, **more: Any
    ) -> Any:
        """The person; None where the directory service does not know him so.

        Raises Unavailable SKS-W032, SKS-W037.
        """
        node = serving()
        settings = node.settings.ldap
        if settings is None or not username or not password:
            return None
        person = person_named(username)
        if person is None and not _may_be_new(settings, username):
            return None
        login = person.login if person else str(username).strip()
        entry = ldap.verify(settings, login, password)
        if entry is None:
            return None
        return take_over(
            node.desk,
            person=person,
            login=login,
            name=entry.name,
            email=entry.mail,
            roles=entry.roles,
            managed=tuple(settings.groups),
        )


def _may_be_new(settings: LdapSettings, untrusted_login: str) -> bool:
    login = untrusted_login.strip()
    known = Person.objects.filter(login__iexact=login).exists()
    return settings.create and is_login(login) and not known
