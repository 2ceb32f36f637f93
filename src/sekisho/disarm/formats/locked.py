"""Files with a password: opened with the one given at submission, and written without any."""

from __future__ import annotations

import io
import re
import struct
from typing import BinaryIO
from xml.dom import expatbuilder
from xml.parsers.expat import ExpatError

from cryptography.hazmat.backends.openssl import backend
from msoffcrypto.exceptions import (
    DecryptionError,
    EncryptionError,
    FileFormatError,
    InvalidKeyError,
    ParseError,
)
from msoffcrypto.format.ooxml import OOXMLFile

from sekisho.disarm import handlers
from sekisho.disarm.compoundfiles import read_compound
from sekisho.disarm.formats.archives.packing import pack
from sekisho.disarm.formats.archives.unlocking import locked_zip_entries
from sekisho.disarm.identify import HEAD_BYTES, TAIL_BYTES, identify
from sekisho.disarm.sandbox.converting import CONVERTED_FIRST
from sekisho.disarm.work import Source, Stopped, Work

_LOADED_IN_TIME = (backend, expatbuilder)
"""The library loads these when it needs them: too late in a child that can open no file."""

SPINS_MAX = 1_000_000
"""Rounds of the key derivation; Office writes 100,000."""

_INFO_BYTES_MAX = 65_536
_SPINS = re.compile(rb'spinCount\s*=\s*["\']([0-9]{1,10})["\']')
_FAMILIES = frozenset({"document", "macro-document"})
_DAMAGED = (
    DecryptionError,
    EncryptionError,
    FileFormatError,
    ParseError,
    ExpatError,
    OSError,
    ValueError,
    KeyError,
    IndexError,
    AttributeError,
    TypeError,
    struct.error,
)
"""What the library raises, all of it documented nowhere, when a file is not as it should be."""


def rebuild(source: Source, sink: BinaryIO, work: Work) -> str:
    """The file inside, by its own rules. Raises Stopped SKS-D520, SKS-D521, SKS-D522 and others."""
    if source.kind == "pdf-locked":
        return _by_handler(source, sink, work)
    if source.kind == "zip-locked":
        pack(locked_zip_entries(source.content, work), sink, work)
        work.removed("password")
        return "zip"
    content = memoryview(_opened(source, work))
    head, tail = bytes(content[:HEAD_BYTES]), bytes(content[-TAIL_BYTES:])
    found = identify(head, tail, size=len(content))
    if found.family not in _FAMILIES:
        raise Stopped("SKS-D522")
    if found.name in CONVERTED_FIRST:
        raise Stopped("SKS-D704", target=CONVERTED_FIRST[found.name])
    work.removed("password")
    return _by_handler(Source(content, source.untrusted_name, found.name), sink, work)


def _by_handler(source: Source, sink: BinaryIO, work: Work) -> str:
    kind = "pdf" if source.kind == "pdf-locked" else source.kind
    handler = handlers.handler(kind)
    if handler is None:
        raise Stopped("SKS-D522")
    return handler(source, sink, work)


def _opened(source: Source, work: Work) -> bytes:
    """What a locked Office document holds (MS-OFFCRYPTO, agile and standard)."""
    if not work.password:
        raise Stopped("SKS-D520")
    _check_info(source, work)
    work.budget.expand(source.bytes)
    out = io.BytesIO()
    try:
        office = OOXMLFile(io.BytesIO(bytes(source.content)))
        office.load_key(password=work.password, verify_password=True)
        office.decrypt(out)
    except InvalidKeyError as wrong:
        raise Stopped("SKS-D521") from wrong
    except _DAMAGED as damaged:
        raise Stopped("SKS-D522") from damaged
    return out.getvalue()


def _check_info(source: Source, work: Work) -> None:
    """The description of the cipher, before a library believes it."""
    info = read_compound(source.content, work).streams.get("EncryptionInfo", b"")
    spins = [int(count) for count in _SPINS.findall(info)]
    if not 8 < len(info) <= _INFO_BYTES_MAX or b"<!" in info or max(spins, default=0) > SPINS_MAX:
        raise Stopped("SKS-D522")
