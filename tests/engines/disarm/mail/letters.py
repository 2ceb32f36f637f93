"""Mails made by Python's own library, and Outlook messages made byte by byte."""

from __future__ import annotations

import struct
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from itertools import pairwise

EXE = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff canary-in-a-program"


def mail(text: str = "本文です。\n", *, charset: str = "utf-8", html: str = "") -> EmailMessage:
    """A mail as programs send it, with the fields that only the delivery needs."""
    message = EmailMessage()
    message["Received"] = "from canary.example by mx.example; Wed, 25 Nov 2026 10:00:00 +0900"
    message["X-Mailer"] = "canary-program 1.0"
    message["From"] = "山田 太郎 <yamada@town.lg.jp>"
    message["To"] = '"佐藤, 次郎" <sato@example.jp>, info@example.jp'
    message["Subject"] = "会議資料の送付について（①回目）"
    message["Date"] = "Wed, 25 Nov 2026 10:00:00 +0900"
    message["Message-ID"] = "<1@town.lg.jp>"
    message.set_content(text, charset=charset)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def attached(message: EmailMessage, name: str, content: bytes) -> EmailMessage:
    """The same with a file."""
    message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message


def parsed(content: bytes) -> EmailMessage:
    """What Python's own library reads in a mail (the oracle)."""
    message = BytesParser(policy=default).parsebytes(content)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def files(content: bytes) -> dict[str, bytes]:
    """Name → bytes of the attachments, as the oracle reads them."""
    return {
        part.get_filename() or "": part.get_payload(decode=True) or b""
        for part in parsed(content).iter_attachments()
    }


Tree = dict[str, "bytes | Tree"]
_END, _NONE = 0xFFFFFFFE, 0xFFFFFFFF


def compound(tree: Tree) -> bytes:
    """A compound file (MS-CFB, version 3) with these storages and streams."""
    rows: list[list[object]] = []
    mini, big = bytearray(), bytearray()

    def add(name: str, node: bytes | Tree, kind: int) -> int:
        number = len(rows)
        row: list[object] = [name, kind, _NONE, _NONE, 0, 0]
        rows.append(row)
        if isinstance(node, dict):
            below = [
                add(key, value, 1 if isinstance(value, dict) else 2)
                for key, value in sorted(node.items())
            ]
            for one, following in pairwise(below):
                rows[one][2] = following
            row[3] = below[0] if below else _NONE
        elif len(node) < 4096:
            row[4:] = [len(mini) // 64, len(node)]
            mini.extend(node.ljust(-(-len(node) // 64) * 64, b"\0"))
        else:
            row[4:] = [("big", len(big) // 512), len(node)]
            big.extend(node.ljust(-(-len(node) // 512) * 512, b"\0"))
        return number

    add("Root Entry", tree, 5)
    return _laid_out(rows, bytes(mini), bytes(big))


def _laid_out(rows: list[list[object]], mini: bytes, big: bytes) -> bytes:
    directory_sectors = -(-len(rows) // 4)
    mini_fat = _chains(
        [
            (at, size)
            for _, kind, _, _, at, size in rows
            if kind == 2 and isinstance(at, int) and size
        ],
        64,
    )
    mini_fat_bytes = mini_fat.ljust(-(-len(mini_fat) // 512) * 512, b"\xff")
    mini_sectors = -(-len(mini) // 512)
    counts = [directory_sectors, len(mini_fat_bytes) // 512, mini_sectors, len(big) // 512]
    fat_sectors = 1
    while (sum(counts) + fat_sectors) * 4 > fat_sectors * 512:
        fat_sectors += 1
    starts = [fat_sectors + sum(counts[:n]) for n in range(4)]
    fat = [0xFFFFFFFD] * fat_sectors
    for start, count in zip(starts[:3], counts[:3], strict=True):
        fat += [start + n + 1 for n in range(count - 1)] + [_END] * (count > 0)
    for row in rows:
        if isinstance(row[4], tuple):
            first = starts[3] + row[4][1]
            count = -(-int(row[5]) // 512)
            fat += [first + n + 1 for n in range(count - 1)] + [_END]
            row[4] = first
    rows[0][4:] = [starts[2] if mini else _END, len(mini)]
    directory = b"".join(_row(*row) for row in rows).ljust(directory_sectors * 512, b"\0")
    header = bytearray(512)
    header[:8] = bytes.fromhex("d0cf11e0a1b11ae1")
    struct.pack_into("<5H", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    first_mini = starts[1] if counts[1] else _END
    struct.pack_into(
        "<8L", header, 44, fat_sectors, starts[0], 0, 4096, first_mini, counts[1], _END, 0
    )
    struct.pack_into("<109L", header, 76, *range(fat_sectors), *[_NONE] * (109 - fat_sectors))
    table = struct.pack(f"<{len(fat)}L", *fat).ljust(fat_sectors * 512, b"\xff")
    return (
        bytes(header)
        + table
        + directory
        + mini_fat_bytes
        + mini.ljust(mini_sectors * 512, b"\0")
        + big
    )


def _chains(streams: list[tuple[int, int]], unit: int) -> bytes:
    words: list[int] = []
    for first, size in sorted(streams):
        count = -(-size // unit)
        words += [first + n + 1 for n in range(count - 1)] + [_END]
    return struct.pack(f"<{len(words)}L", *words)


def _row(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack(
        "<HBBLLL", len(text) + 2, kind, 1, _NONE, right, child
    )
    return head.ljust(116, b"\0") + struct.pack("<LQ", start, size)


def properties(
    texts: dict[int, str], binaries: dict[int, bytes], numbers: dict[int, int], header_bytes: int
) -> Tree:
    """A storage of MS-OXMSG with these properties."""
    rows, streams = b"", {}
    for number, text in texts.items():
        data = text.encode("utf-16-le")
        streams[f"__substg1.0_{number:04X}001F"] = data
        rows += struct.pack("<HHLLL", 0x1F, number, 6, len(data) + 2, 0)
    for number, data in binaries.items():
        streams[f"__substg1.0_{number:04X}0102"] = data
        rows += struct.pack("<HHLLL", 0x102, number, 6, len(data), 0)
    for number, value in numbers.items():
        rows += struct.pack("<HHLQ", 0x40 if value > 1 << 32 else 3, number, 6, value)
    return {"__properties_version1.0": bytes(header_bytes) + rows, **streams}


def outlook(
    *, header_bytes: int = 32, files: dict[str, bytes] | None = None, **more: object
) -> Tree:
    """The tree of a message; `html` (bytes), `embedded` (a tree), `rtf` (bytes), `text`."""
    texts = {0x1A: "IPM.Note", 0x37: "会議資料①", 0x0C1A: "山田 太郎", 0x5D01: "yamada@town.lg.jp",
             0x1035: "<1@town.lg.jp>", 0x1000: str(more.get("text", "本文です。\r\n"))}  # fmt: skip
    if "text" in more and not more["text"]:
        del texts[0x1000]
    binaries = {
        number: more[key] for key, number in (("html", 0x1013), ("rtf", 0x1009)) if key in more
    }
    tree = properties(texts, binaries, {0x39: 134094240000000000, 0x3FDE: 65001}, header_bytes)  # type: ignore[arg-type]
    tree["__recip_version1.0_#00000000"] = properties(
        {0x3001: "佐藤, 次郎", 0x39FE: "sato@example.jp"}, {}, {0x0C15: 1}, 8
    )
    for number, (name, data) in enumerate((files or {}).items()):
        tree[f"__attach_version1.0_#{number:08X}"] = properties(
            {0x3707: name}, {0x3701: data}, {0x3705: 1}, 8
        )
    if "embedded" in more:
        inner = properties({0x3001: "転送"}, {}, {0x3705: 5}, 8)
        inner["__substg1.0_3701000D"] = more["embedded"]  # type: ignore[assignment]
        tree["__attach_version1.0_#000000FF"] = inner
    return tree
