"""The sections [sign_in], [ldap] and [oidc]."""

from __future__ import annotations

from pathlib import Path

import pytest

from sekisho.kernel.errors import InvalidInput, Unavailable
from sekisho.node.settings import NodeSettings, load_settings
from sekisho.node.sign_in_settings import SignInSettings

LDAP = '[ldap]\nurl = "ldaps://dc1.example.lg.jp"\nbase = "dc=example"\n'
OIDC = '[oidc]\nissuer = "https://login.example.lg.jp"\nclient_id = "sekisho"\n'


def load(folder: Path, text: str) -> NodeSettings:
    """The settings of a node with these lines."""
    (folder / "sekisho.toml").write_text(f'[node]\nname = "lgwan"\n{text}', "utf-8")
    return load_settings(folder, {})


def test_without_a_word_the_usual_holds(tmp_path: Path) -> None:
    found = load(tmp_path, "")
    assert found.sign_in == SignInSettings()
    assert found.ldap is None and found.oidc is None


def test_secrets_come_from_files_and_are_not_shown(tmp_path: Path) -> None:
    (tmp_path / "ldap.secret").write_text("only-reads-1\n")
    (tmp_path / "oidc.secret").write_text("client-secret-1\n")
    text = (
        f'{LDAP}password_file = "ldap.secret"\ngroup_approver = "cn=a,dc=example"\n'
        f'{OIDC}client_secret_file = "oidc.secret"\n'
    )
    found = load(tmp_path, text)
    assert found.ldap is not None and found.oidc is not None
    assert found.ldap.password == "only-reads-1" and found.oidc.client_secret == "client-secret-1"
    assert "only-reads" not in repr(found) and "client-secret" not in repr(found)
    assert found.ldap.groups == {"approver": "cn=a,dc=example"}
    assert not found.ldap.starttls


def test_ldap_without_tls_from_the_start_begins_it(tmp_path: Path) -> None:
    found = load(tmp_path, LDAP.replace("ldaps", "ldap") + "starttls = true\n")
    assert found.ldap is not None and found.ldap.starttls


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[sign_in]\nsecond_factor = "sometimes"\n', "sign_in.second_factor"),
        ("[sign_in]\nlock_after = 1\n", "sign_in.lock_after"),
        ("[sign_in]\nstep_up_minutes = 481\n", "sign_in.step_up_minutes"),
        (LDAP.replace("ldaps", "ldap") + "starttls = false\n", "ldap.url"),
        (LDAP.replace("ldaps", "http"), "ldap.url"),
        (LDAP.replace('base = "dc=example"', ""), "ldap.base"),
        (LDAP + 'filter = "(uid=sato)"\n', "ldap.filter"),
        (LDAP + "seconds = 0\n", "ldap.seconds"),
        (OIDC.replace("https", "http"), "oidc.issuer"),
        (OIDC.replace('client_id = "sekisho"', ""), "oidc.client_id"),
    ],
)
def test_what_is_not_safe_is_refused(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        load(tmp_path, text)
    assert refused.value.code == "SKS-C005" and key in str(refused.value.explain("en"))


def test_a_secret_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as failed:
        load(tmp_path, LDAP + 'password_file = "nothing.secret"\n')
    assert failed.value.code == "SKS-C004"
