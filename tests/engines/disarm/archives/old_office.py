"""Office's standard encryption, as Office 2007 wrote it ([MS-OFFCRYPTO] section 2.3.4.5 on)."""

from __future__ import annotations

import hashlib
import io
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from msoffcrypto.method.container.ecma376_encrypted import ECMA376Encrypted

_SPINS = 50_000
_SALT = bytes(range(16))
_VERIFIER = b"sixteen bytes ok"


def _key(password: str) -> bytes:
    """AES-128 from SHA-1, section 2.3.4.7."""
    digest = hashlib.sha1(_SALT + password.encode("utf-16-le")).digest()
    for spin in range(_SPINS):
        digest = hashlib.sha1(struct.pack("<I", spin) + digest).digest()
    digest = hashlib.sha1(digest + struct.pack("<I", 0)).digest()
    padded = bytes(byte ^ 0x36 for byte in digest) + b"\x36" * (64 - len(digest))
    return hashlib.sha1(padded).digest()[:16]


def standard_locked(content: bytes, password: str) -> bytes:
    """The document in a compound file, encrypted."""
    cipher = Cipher(algorithms.AES(_key(password)), modes.ECB())

    def encrypted(data: bytes) -> bytes:
        work = cipher.encryptor()
        return work.update(data.ljust(-(-len(data) // 16) * 16, b"\0")) + work.finalize()

    provider = "Microsoft Enhanced RSA and AES Cryptographic Provider\0".encode("utf-16-le")
    header = struct.pack("<8I", 0x24, 0, 0x660E, 0x8004, 128, 0x18, 0, 0) + provider
    verifier = struct.pack("<I", 16) + _SALT + encrypted(_VERIFIER)
    verifier += struct.pack("<I", 20) + encrypted(hashlib.sha1(_VERIFIER).digest())
    info = struct.pack("<HHII", 3, 2, 0x24, len(header)) + header + verifier
    package = struct.pack("<Q", len(content)) + encrypted(content)
    out = io.BytesIO()
    ECMA376Encrypted(package, info).write_to(out)
    return out.getvalue()
