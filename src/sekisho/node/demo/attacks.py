"""What somebody does who may read and write everything in the store, but has no key."""

from __future__ import annotations

import io
import mmap
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

from sekisho.kernel.errors import SekishoError
from sekisho.kernel.ids import new_id
from sekisho.node import submitting
from sekisho.node.demo.town import Town
from sekisho.node.peers import load_peers
from sekisho.node.unpacking import open_parcel
from sekisho.office.post.models import IncomingParcel
from sekisho.office.transfers.actions import deciding
from sekisho.office.transfers.actions.sending import Draft
from sekisho.office.transfers.models import Transfer
from sekisho.seal.head import HEAD_BYTES_MAX, read_head, verify_head
from sekisho.seal.parcel import read_manifest

Harm = Callable[[Path, str], None]
FRESH_BYTES = 400_000
SENDER, RECEIVER = "internet", "lgwan"


def parcels_folder(town: Town) -> Path:
    """Where the sender's parcels for the receiver lie in the folder store."""
    return town.store_folder / "nodes" / SENDER / "parcels" / RECEIVER


def objects_of(town: Town, parcel_id: str) -> list[Path]:
    """The objects of one parcel in the store."""
    return sorted(parcels_folder(town).glob(f"{parcel_id}.*"))


def shows_content(path: Path, file: Path) -> bool:
    """Whether the first 4 KiB of `file` stand anywhere in an object of the store."""
    with file.open("rb") as source:
        first = source.read(4096)
    if not first or not path.stat().st_size:
        return False
    with path.open("rb") as stored, mmap.mmap(stored.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return data.find(first) >= 0


def keep_copy(town: Town, parcel_id: str) -> Path:
    """A secret copy of a parcel, outside the store."""
    copy = town.folder / "こっそり取った写し"
    copy.mkdir()
    for path in objects_of(town, parcel_id):
        shutil.copy(path, copy / path.name)
    return copy


def try_one(town: Town, harm: Harm) -> list[SekishoError]:
    """Send a fresh file, harm its parcel in the store, let the receiver fetch; its refusals."""
    parcel_id = _send_fresh(town)
    harm(parcels_folder(town), parcel_id)
    done = town.run(RECEIVER)
    if done.received:
        raise AssertionError("a harmed parcel was taken in")
    for path in parcels_folder(town).iterdir():
        path.unlink()
    return done.refused


def _send_fresh(town: Town) -> str:
    file = town.folder / "もう一つの書類.txt"
    file.write_text(os.urandom(FRESH_BYTES // 2).hex())
    draft = Draft(RECEIVER, ("sato",), "攻撃の実演", "機密性1")
    with town.at(SENDER) as node:
        made = submitting.submit(node, actor="sato", draft=draft, paths=[file])
        deciding.approve(node.desk, actor="suzuki", transfer_id=made.transfer_id)
    town.run(SENDER)
    with town.at(SENDER):
        return str(Transfer.objects.get(pk=made.transfer_id).parcel_id)


def _tamper(folder: Path, parcel_id: str) -> None:
    block = folder / f"{parcel_id}.b00000"
    data = bytearray(block.read_bytes())
    data[len(data) // 2] ^= 1
    block.write_bytes(data)


def _truncate(folder: Path, parcel_id: str) -> None:
    block = folder / f"{parcel_id}.b00000"
    block.write_bytes(block.read_bytes()[:-1000])


def _replay(folder: Path, parcel_id: str) -> None:
    again = new_id("pc")
    for path in folder.glob(f"{parcel_id}.*"):
        path.rename(folder / path.name.replace(parcel_id, again))


ATTACKS: tuple[tuple[str, str, str, Harm], ...] = (
    (
        "封緘データの 1 ビットを書き換える…",
        "changes one bit of a parcel…",
        "SKS-P032",
        _tamper,
    ),
    (
        "封緘データの終わりを切り取る…",
        "cuts the end off a parcel…",
        "SKS-P011",
        _truncate,
    ),
    (
        "封緘データを別の番号で出し直す（再送攻撃）…",
        "puts a parcel there again under another number (replay)…",
        "SKS-P004",
        _replay,
    ),
)


def open_copy(town: Town, copy: Path) -> bytes:
    """Open a kept copy with the receiving node's own keys, as far as they still exist.

    Raises Refused SKS-T061 when the key is destroyed.
    """
    (head_file,) = copy.glob("*.head")
    parcel_id = head_file.name.removesuffix(".head")
    with town.at(RECEIVER) as node:
        row = IncomingParcel.objects.get(parcel_id=parcel_id)
        head = read_head(head_file.read_bytes()[:HEAD_BYTES_MAX])
        made = read_manifest(head.envelope.payload).terms.created
        keys = load_peers(node).keys_for(SENDER, head.envelope, made)
        verified = verify_head(
            head, keys, receiver=RECEIVER, sender=SENDER, parcel_id=parcel_id, now=made
        )
        with open_parcel(
            node, row, verified, get_block=lambda suffix, _: _block(copy, parcel_id, suffix)
        ) as payload:
            return payload.letter()


def _block(copy: Path, parcel_id: str, suffix: str) -> bytes:
    return (copy / f"{parcel_id}.{suffix}").read_bytes()


def rewritten(package: bytes) -> bytes:
    """The package with one byte of one record changed, as a forger would pack it again."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w") as new:
        entries = [name for name in old.namelist() if name.startswith("entries/")]
        for info in old.infolist():
            data = old.read(info)
            if info.filename == entries[1]:
                data = data.replace(b'"payload":"', b'"payload":"eyJ2IjoxfQ==', 1)
            new.writestr(info, data)
    return out.getvalue()
