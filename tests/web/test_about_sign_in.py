"""認証のしくみ: the page says what is in force, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from tests.support.pages import Pages, pages_of
from tests.support.town import Town

from sekisho.node.sign_in_settings import SignInSettings


def test_the_page_says_what_is_in_force(pages: Pages) -> None:
    html = pages.client("sato").get("/entrance/about/").content.decode()
    public = pages.node.identity.signing.public
    assert public.fingerprint in html
    assert "管理者 3 人のうち 2 人以上" in html and "管理者1" in html
    assert "インターネット接続系" in html and "Ed25519 + ML-DSA-65（すべての確認が要る）" in html
    assert "5 回で 15 分止める" in html and "本人が選ぶ" in html
    assert "LDAP" not in html and "OpenID" not in html and "認証サーバー" not in html


def test_other_settings_are_said_otherwise(sqlite_town: Town) -> None:
    rules = replace(
        SignInSettings(), second_factor="required", lock_after=3, step_up_minutes=0, password=False
    )
    with pages_of(sqlite_town, "lgwan", sign_in=rules) as pages:
        pages.set_password("admin")
        client = pages.client("sato")
        html = client.get("/entrance/about/").content.decode()
    assert "全員に必須" in html and "3 回で 15 分止める" in html
    assert "求めない" in html and "情報システム担当のみ" in html


def test_it_is_for_whoever_is_signed_in(pages: Pages) -> None:
    assert pages.client().get("/entrance/about/").status_code == 302
