"""How the records stand in the ledger, and how anybody can check them, as sections."""

from __future__ import annotations

from sekisho.kernel.sizes import shown_bytes
from sekisho.node.documents.dossier import Dossier
from sekisho.node.documents.paper import Block, Cell, Column, Command, Facts, Note, Section, Table
from sekisho.node.documents.speaking import Speech


def proof_name(transfer_id: str, language: str) -> str:
    """What the document of a transfer is called."""
    return f"{Speech(language).pick('確認資料', 'proof')}-{transfer_id}.pdf"


def listing_name(transfer_id: str, language: str) -> str:
    """What the list of all files of a transfer of many files is called."""
    return f"{Speech(language).pick('ファイル一覧', 'files')}-{transfer_id}.json"


def package_name(transfer_id: str, language: str) -> str:
    """What the evidence package of a transfer is called beside its document."""
    return f"{Speech(language).pick('証跡一式', 'evidence')}-{transfer_id}.zip"


def ledger(found: Dossier, say: Speech) -> Section:
    """The checkpoint over these records, and who countersigned it."""
    checkpoint = found.checkpoint
    indexes = [one.index for one in found.steps]
    span = f"{min(indexes)}–{max(indexes)}" if len(indexes) > 1 else str(indexes[0])
    rows: list[tuple[str, Cell]] = [
        (
            say.pick("記録の番号", "Entries"),
            say.pick(f"{span} のうち {len(indexes)} 件", f"{len(indexes)} of {span}"),
        ),
        (
            say.pick("検証点", "Checkpoint"),
            say.pick(
                f"記録 {checkpoint.size:,} 件まで。{say.moment(checkpoint.created)} に署名",
                f"over {checkpoint.size:,} entries, signed {say.moment(checkpoint.created)}",
            ),
        ),
        (say.pick("ルート", "Root"), checkpoint.root),
    ]
    blocks: list[Block] = [Facts(rows)]
    if found.cosigned:
        columns = (
            Column(say.pick("立会ノード", "Witness"), 5.0),
            Column(say.pick("連署を受け取った日時", "Countersignature taken"), 5.0),
        )
        several = [(found.title(one.witness), say.moment(one.received)) for one in found.cosigned]
        blocks.append(Table(columns, several))
    else:
        none = (
            "まだ立会ノードの連署がありません。連署が届いたあとに作り直してください。",
            "No witness has countersigned yet. Make this document anew once one has.",
        )
        blocks.append(Note(say.pick(*none)))
    return Section(say.pick("8　証跡台帳", "8  Ledger"), blocks)


def verification(found: Dossier, say: Speech) -> Section:
    """What to type, where, and what comes out."""
    name = package_name(found.row.transfer_id, say.language)
    rows: list[tuple[str, Cell]] = [
        (say.pick("証跡一式", "Evidence package"), f"{name}（{shown_bytes(len(found.package))}）"),
        ("SHA-256", found.package_sha256),
    ]
    return Section(
        say.pick("9　この資料の確かめ方", "9  How to verify this"),
        [
            Note(
                say.pick(
                    "この資料は、次の証跡一式の内容を読みやすくまとめたものです。証拠は証跡一式のほうです。"
                    "ノードもネットワークも要らない次のコマンドで、だれでも確かめられます。",
                    "This document puts the evidence package below into words; the package is what "
                    "proves. Anybody can verify it with this command, without node or network.",
                )
            ),
            Facts(rows),
            Command(f"sekisho verify {name} --admin {say.pick('管理者の指紋', 'FINGERPRINT')}"),
            Note(
                say.pick(
                    "1. 証跡一式の SHA-256 が、上の値と同じであることを確かめます。　"
                    "2. 指紋は、ノード名簿の管理者本人から（紙か電話で）聞いたものを使います。　"
                    "3. 「正しい証跡です」と出れば、記録の署名、台帳の中での位置、"
                    "立会ノードの連署、手続きの順序のすべてが確かめられています。",
                    "1. The SHA-256 of the package must be the one above. 2. The fingerprint is "
                    "the one that an administrator of the directory told you in person. 3. When "
                    "the verdict is that the evidence holds, signatures, places in the log, "
                    "countersignatures and the order of the acts have all been checked.",
                )
            ),
        ],
    )
