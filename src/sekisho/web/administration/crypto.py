"""暗号: every algorithm in use, the keys, and the authority whose certificate terminals need."""

from __future__ import annotations

from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from sekisho.kernel.signing import KINDS
from sekisho.kernel.speech import both
from sekisho.node.certificates import Certificate, authority, fingerprint
from sekisho.node.opening import Node
from sekisho.office.permissions import Act
from sekisho.seal.algorithms import ALGORITHMS, Standing
from sekisho.seal.keyfiles import read
from sekisho.web.administration.framing import require, show
from sekisho.web.answers import file_answer
from sekisho.web.request import node_of

WORDS = {
    Standing.LISTED: ("掲載", "listed"),
    Standing.NOT_LISTED: ("非掲載", "not listed"),
    Standing.NO_CATEGORY: ("対象区分なし", "no such category"),
}


@require_GET
def crypto(request: HttpRequest) -> HttpResponse:
    """The table for auditors."""
    require(request, Act.SEE_ALL)
    node = node_of(request)
    public = node.identity.signing.public
    made = _authority(node)
    rows = [
        (
            one,
            both(one.purpose, one.purpose_en),
            both(*WORDS[one.standing]),
            both(one.note, one.note_en),
        )
        for one in ALGORITHMS
    ]
    context = {
        "rows": rows,
        "editions": sorted({one.edition for one in ALGORITHMS}),
        "identity": node.identity,
        "public": public,
        "signing": [
            (kind, public.key_id(kind), KINDS[kind].public_bytes) for kind in public.suite.kinds
        ],
        "vault": [
            (one, one == node.desk.keyring.current_id) for one in sorted(node.desk.keyring.key_ids)
        ],
        "authority": made,
        "fingerprint": fingerprint(made.certificate),
        "file_name": _file_name(node),
        "file_sha256": sha256(read(made.certificate)).hexdigest(),
        "given": node.settings.web.certificate,
        "pages_at": _address(node),
    }
    return show(request, "crypto.html", context)


@require_GET
def certificate(request: HttpRequest) -> HttpResponse:
    """The authority's certificate, to be distributed to the terminals."""
    require(request, Act.SEE_ALL)
    node = node_of(request)
    return file_answer(read(_authority(node).certificate), _file_name(node))


def _file_name(node: Node) -> str:
    return f"sekisho-{node.name}.crt"


def _address(node: Node) -> str:
    """Where staff open the pages: as mails say it, else by the first name that is served."""
    web = node.settings.web
    host = web.names[0] if web.names else web.host
    return node.settings.mail.link or f"https://{host}:{web.port}/"


def _authority(node: Node) -> Certificate:
    return authority(node.settings.keys_folder, node.settings.title, node.desk.now())
