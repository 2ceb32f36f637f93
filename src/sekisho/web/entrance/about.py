"""認証のしくみ: how people, nodes and administrators are told apart here, from what is in force.

主体認証 in concrete terms (M02): each line is read from the running settings and keys, so that the
page cannot say more than is true.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from sekisho.kernel.speech import both
from sekisho.node.opening import Node
from sekisho.node.peers import newest_directory
from sekisho.office.accounts.sign_in_rules import ADDRESS_TIMES, FOR_APPROVERS, OPTIONAL, REQUIRED
from sekisho.office.site.settings import PASSWORD_CHARS_MIN
from sekisho.seal.directory import Directory
from sekisho.web.request import node_of

FACTOR_WORDS = {
    OPTIONAL: (
        "本人が選ぶ（登録した人には必ず聞く）",
        "as each person chooses; asked of who has one",
    ),
    FOR_APPROVERS: (
        "承認者・所属長・情報システム担当は必須",
        "required of approvers, heads of units and administrators",
    ),
    REQUIRED: ("全員に必須", "required of everybody"),
}
KIND_WORDS = {"ed25519": "Ed25519", "ml-dsa-65": "ML-DSA-65"}


@dataclass(frozen=True)
class Line:
    """One fact: what is asked, and the answer."""

    name: str
    value: str


@dataclass(frozen=True)
class Peer:
    """A node or an administrator, and the fingerprint that people compare."""

    name: str
    fingerprint: str
    here: bool = False


@require_GET
def about(request: HttpRequest) -> HttpResponse:
    """For everybody who is signed in."""
    node = node_of(request)
    directory = newest_directory(node)
    context = {
        "people": [*_passwords(node), *_factors(node), *_limits(node)],
        "node_lines": _node_lines(node),
        "nodes": _nodes(node, directory),
        "admins": _admins(directory),
        "threshold": directory.threshold if directory else 0,
        "directory": directory,
    }
    return render(request, "entrance/about.html", context)


def _passwords(node: Node) -> list[Line]:
    settings, found = node.settings, []
    kept = both(
        f"このノードに登録したもの（{PASSWORD_CHARS_MIN} 文字以上。PBKDF2-HMAC-SHA-256 で保存）",
        f"kept here ({PASSWORD_CHARS_MIN} characters or more, PBKDF2-HMAC-SHA-256)",
    )
    if not settings.sign_in.password:
        kept = both(f"{kept}。情報システム担当のみ", f"{kept}, of administrators only")
    found.append(Line(both("パスワード", "Passwords"), kept))
    if settings.ldap is not None:
        way = "LDAPS" if settings.ldap.url.startswith("ldaps") else "LDAP + STARTTLS"
        who = both("利用者として登録された人のみ", "registered people only")
        if settings.ldap.create:
            who = both("初めての人は自動で登録", "others are registered at their first sign-in")
        words = both(f"パスワードを確認する（{way}。{who}）", f"checks passwords ({way}; {who})")
        found.append(Line(both("庁内の認証サーバー", "Directory service"), words))
    if settings.oidc is not None:
        words = both(
            f"{settings.oidc.issuer}（OpenID Connect、認可コードと PKCE。登録された人のみ）",
            f"{settings.oidc.issuer} (OpenID Connect, code and PKCE; registered people only)",
        )
        found.append(Line(both("庁内の認証基盤", "Identity provider"), words))
    return found


def _factors(node: Node) -> list[Line]:
    mode = FACTOR_WORDS[node.settings.sign_in.second_factor]
    return [
        Line(both("二つめの要素", "Second factor"), both(*mode)),
        Line(
            both("パスキー", "Passkeys"),
            both(
                "WebAuthn。端末の生体認証・暗証番号、またはセキュリティキー",
                "WebAuthn: the device's own fingerprint, face or PIN, or a security key",
            ),
        ),
        Line(
            both("認証アプリ", "Authenticator apps"),
            both(
                "TOTP（RFC 6238）。6 桁、30 秒、一度だけ。秘密は AES-256-GCM で保存",
                "TOTP (RFC 6238): six digits, 30 seconds, once; kept under AES-256-GCM",
            ),
        ),
        Line(
            both("予備コード", "Recovery codes"),
            both("8 桁のコード 10 個。一度ずつ", "ten codes of eight digits, once each"),
        ),
    ]


def _limits(node: Node) -> list[Line]:
    return [_lock(node), _step_up(node), _sessions(node), _terminals(node)]


def _lock(node: Node) -> Line:
    rules = node.settings.sign_in
    many = rules.lock_after * ADDRESS_TIMES
    words = both(
        f"{rules.lock_after} 回で {rules.lock_minutes} 分止める（同じ接続元からは {many} 回）",
        f"{rules.lock_minutes} minutes' lock after {rules.lock_after} (of an address: {many})",
    )
    return Line(both("失敗が続いたとき", "After failures"), words)


def _step_up(node: Node) -> Line:
    minutes = node.settings.sign_in.step_up_minutes
    words = both(
        f"承認・書き出し・設定の前に、最後の確認から {minutes} 分を過ぎていれば求める",
        f"before approving, exporting, administering, {minutes} minutes after the last one",
    )
    if minutes == 0:
        words = both("求めない", "never asked")
    return Line(both("本人の確認", "Confirming who one is"), words)


def _sessions(node: Node) -> Line:
    rules, web = node.settings.sign_in, node.settings.web
    words = both(
        f"操作しないまま {web.idle_minutes} 分、または {web.session_hours} 時間で終わる。"
        f"同時に {rules.sessions} 台まで",
        f"ends after {web.idle_minutes} minutes without an act, after {web.session_hours} hours"
        f" in all; {rules.sessions} at a time",
    )
    return Line(both("サインインの期限", "How long it lasts"), words)


def _terminals(node: Node) -> Line:
    words = both("端末の証明書は求めない", "no certificate is asked of them")
    if node.settings.web.client_ca is not None:
        words = both("端末の証明書（TLS）を求める", "a certificate is asked of them (TLS)")
    return Line(both("端末", "Terminals"), words)


def _node_lines(node: Node) -> list[Line]:
    public = node.identity.signing.public
    kinds = " + ".join(KIND_WORDS.get(kind, kind) for kind in public.suite.document)
    if len(public.suite.document) > 1:
        kinds = both(f"{kinds}（すべての確認が要る）", f"{kinds} (all must hold)")
    return [
        Line(both("署名の方式", "Signatures"), kinds),
        Line(both("鍵の世代", "Generation of keys"), str(node.identity.generation)),
    ]


def _nodes(node: Node, directory: Directory | None) -> list[Peer]:
    own = Peer(node.settings.title, node.identity.signing.public.fingerprint, here=True)
    if directory is None:
        return [own]
    others = [
        Peer(entry.title, entry.keys.fingerprint)
        for name, entry in sorted(directory.nodes.items())
        if name != node.name
    ]
    return [own, *others]


def _admins(directory: Directory | None) -> list[Peer]:
    if directory is None:
        return []
    found = [
        Peer(directory.admin_names[set_id], keys.fingerprint)
        for set_id, keys in directory.admins.items()
    ]
    return sorted(found, key=lambda one: one.name)
