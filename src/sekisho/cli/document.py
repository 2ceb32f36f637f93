"""`sekisho document`: the proof of one transfer on paper, with the package that it names."""

from __future__ import annotations

from pathlib import Path

from sekisho.cli import files
from sekisho.cli.answer import answer
from sekisho.cli.call import Call, pass_call
from sekisho.cli.ids import whole_id
from sekisho.cli.index import COMMANDS
from sekisho.cli.speech import argument, command, option
from sekisho.cli.words import Pair, both, language, longer
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import Refused
from sekisho.office.permissions import Act

DETAILS: Pair = (
    """

PDF/A と、それが名を挙げる証跡一式（ZIP）を書き出します。ファイルがとても多いときは、
全部のファイルの一覧（JSON）も書き出します。証拠は証跡一式のほうで、PDF はそれを読みやすく
まとめたものです。""",
    """

Writes a PDF/A and the evidence package that it names; of very many files also the list of all.
The package is what proves, the PDF puts it into words.""",
)


@command("document", longer(COMMANDS["document"].spoken, DETAILS))
@argument("transfer_id", metavar="ID")
@option(
    "--out",
    "-o",
    type=files.FOLDER,
    default=".",
    metavar="DIR",
    spoken=(
        "書き出すフォルダー（なければ今のフォルダー）",
        "the folder to write to (else this one)",
    ),
)
@pass_call
def document(call: Call, transfer_id: str, out: Path) -> None:
    """Raises Refused SKS-T005, SKS-T093, SKS-C022, Unavailable SKS-E001."""
    actor = call.actor
    with call.node() as node:
        from sekisho.node.documents.proof import prove
        from sekisho.node.documents.standing import listing_name, package_name, proof_name
        from sekisho.office.transfers import queries

        wanted = whole_id(transfer_id)
        rows = queries.find_transfer(wanted), queries.find_arrival(wanted)
        if rows == (None, None):
            raise Refused("SKS-T005", transfer=wanted)
        queries.require_may(node.desk, actor, Act.EXPORT, *rows)
        made = prove(node, wanted, language=language())
    names = {
        out / proof_name(wanted, language()): made.pdf,
        out / package_name(wanted, language()): made.package,
    }
    if made.listing:
        names[out / listing_name(wanted, language())] = made.listing
    there = next((path for path in names if path.exists()), None)
    if there is not None:
        raise Refused("SKS-C022", file=str(there))
    files.make_folder(out)
    for path, data in names.items():
        files.write_new(path, data)
    answer(
        call,
        {
            "transfer": wanted,
            "files": [str(path) for path in names],
            "package_sha256": made.package_sha256,
            "moment": stamp(made.moment),
        },
        both("書き出しました:", "Written:"),
        *(f"  {path}" for path in names),
        both("  証跡一式の SHA-256: ", "  SHA-256 of the package: ") + made.package_sha256,
    )
