"""The proof of one transfer (確認資料): a PDF/A and the evidence package that it names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sekisho.node.documents import content, course, standing
from sekisho.node.documents.content import FILES_SHOWN_MAX
from sekisho.node.documents.dossier import Dossier, gather
from sekisho.node.documents.paper import Paper
from sekisho.node.documents.press import draw
from sekisho.node.documents.speaking import Speech
from sekisho.node.opening import Node
from sekisho.office.transfers.models import Arrival


@dataclass(frozen=True)
class Proof:
    """The document, the package whose digest it states, and for a transfer of many files
    (`listing`, else empty) the list whose digest it states too."""

    transfer_id: str
    pdf: bytes
    package: bytes
    package_sha256: str
    listing: bytes
    moment: datetime


def prove(node: Node, transfer_id: str, *, language: str) -> Proof:
    """The proof of a transfer that leaves this node or has arrived at it, in `ja` or `en`.

    The same facts give the same bytes on the same machine. Raises Refused SKS-T005, Unavailable
    SKS-E001 (no Japanese font), Broken SKS-E002 and what exporting evidence raises.
    """
    found = gather(node, transfer_id)
    files = len(found.row.files.all())
    return Proof(
        transfer_id=transfer_id,
        pdf=draw(paper_of(found, language)),
        package=found.package,
        package_sha256=found.package_sha256,
        listing=found.listing if files > FILES_SHOWN_MAX else b"",
        moment=found.moment,
    )


def paper_of(found: Dossier, language: str) -> Paper:
    """What stands on the document."""
    say = Speech(language)
    row, node = found.row, found.node
    arrived = isinstance(row, Arrival)
    sides = (("送った側", "sending side"), ("受け取った側", "receiving side"))
    here = found.title(node.name)
    return Paper(
        language=language,
        title=say.pick("受け渡し確認資料", "Proof of a transfer"),
        lead=say.pick(f"{here}の記録による", f"As recorded by {here}")
        + f"（{say.pick(*sides[arrived])}）",
        head=(
            (say.pick("受け渡し番号", "Transfer"), row.transfer_id),
            (say.pick("記録の基準日時", "Records as of"), say.moment(found.moment)),
        ),
        sections=(
            content.about(found, say),
            content.files(found, say),
            content.disarming(found, say),
            course.decisions(found, say),
            course.parcels(found, say),
            course.ending(found, say),
            course.course(found, say),
            standing.ledger(found, say),
            standing.verification(found, say),
        ),
        running=row.transfer_id,
        moment=found.moment,
    )
