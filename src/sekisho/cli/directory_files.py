"""Directories in files: a draft is the bare document, a signed one its envelope."""

from __future__ import annotations

from pathlib import Path

from sekisho.cli import files
from sekisho.cli.words import both
from sekisho.kernel import documents
from sekisho.kernel.clock import stamp
from sekisho.kernel.errors import Refused
from sekisho.seal.directory import Change, Directory, document, read_accepted, read_document


def read_directory(untrusted: bytes) -> Directory:
    """A draft, or a signed directory whose signatures nobody has judged yet."""
    fields = documents.read(untrusted, "directory", files.ENVELOPE_BYTES_MAX)
    return read_accepted(untrusted) if fields.has("payloadType") else read_document(untrusted)


def write_draft(made: Directory, file: Path, signed: bool, out: Path | None) -> Path:
    """Write a changed directory: back into its draft, or as the next draft beside a signed one.

    Raises Refused SKS-C026 when a signed file would be overwritten, SKS-C022, SKS-C024.
    """
    if out is not None:
        files.write_new(out, document(made))
        return out
    if signed:
        raise Refused("SKS-C026", file=str(file))
    files.replace(file, document(made))
    return file


def change_words(change: Change) -> str:
    """What a signature would change, in a sentence."""
    ja, en = _WORDS[change.kind]
    gaps = {
        "subject": change.subject,
        "before": change.before or "—",
        "after": change.after or "—",
    }
    return both(ja, en).format(**gaps)


def draft_words(made: Directory, path: Path) -> str:
    """Where a draft stands now."""
    return both(
        f"第 {made.version} 版の案を {path} に書きました（期限 {stamp(made.expires)}）。",
        f"The draft of version {made.version} is in {path} (expires {stamp(made.expires)}).",
    )


_WORDS = {
    "admin-added": (
        "管理者「{subject}」を加えます。指紋 {after}",
        "Administrator “{subject}” is added: {after}",
    ),
    "admin-removed": (
        "管理者「{subject}」を外します。指紋 {before}",
        "Administrator “{subject}” is removed: {before}",
    ),
    "admin-renamed": (
        "管理者「{before}」の名前を「{after}」に変えます。",
        "Administrator “{before}” is called “{after}”.",
    ),
    "threshold": (
        "必要な署名の人数を {before} 人から {after} 人にします。",
        "Signatures needed: from {before} to {after}.",
    ),
    "node-added": (
        "ノード {subject} を加えます。指紋 {after}",
        "Node {subject} is added: {after}",
    ),
    "node-removed": (
        "ノード {subject} を外します。指紋 {before}",
        "Node {subject} is removed: {before}",
    ),
    "node-keys": (
        "ノード {subject} の鍵を替えます。{before} → {after}",
        "Node {subject} has other keys: {before} → {after}",
    ),
    "node-changed": (
        "ノード {subject} の記載を変えます。{before} → {after}",
        "The entry of node {subject} changes: {before} → {after}",
    ),
    "link-added": ("{subject} の送信を認めます。", "Sending {subject} is allowed."),
    "link-removed": ("{subject} の送信を認めないことにします。", "{subject} is no longer allowed."),
    "expires": (
        "有効期限を {before} から {after} にします。",
        "It expires at {after} (before: {before}).",
    ),
}
