"""A second implementation of docs/formats/parcel-v1.md: verify and open a parcel.

Written from the document alone; imports nothing of Sekisho, only the standard library and
`cryptography`. It holds a whole parcel in memory, and says `Refused` and why where Sekisho has
codes. HPKE is spelled out here, so that the document is checked down to the key schedule.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, mlkem
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"sekisho parcel 1\n"
TYPE = "application/vnd.sekisho.parcel+json; v=1"
L = 1_048_576
BLOCK = 16 * L
INLINE_MAX = 262_144
SIGNATURES = {"S0": ["ed25519"], "S1": ["ed25519", "ml-dsa-65"]}


class Refused(Exception):
    """The parcel is not what it should be."""


@dataclass
class Place:
    """Where the head was found, and when."""

    parcel_id: str
    sender: str
    receiver: str
    now: str


@dataclass
class Sender:
    """The sender's key set: its suite and the raw public keys by kind."""

    suite: str
    keys: dict[str, bytes]


def u32(n):
    return n.to_bytes(4, "big")


def u64(n):
    return n.to_bytes(8, "big")


def need(holds, reason):
    if not holds:
        raise Refused(reason)


# --- sections 2 to 4: frame, envelope, JSON -----------------------------------------------------


def take_apart(head):
    need(head.startswith(MAGIC), "magic")
    envelope, rest = counted(head[len(MAGIC) :], 196_608)
    inline, rest = counted(rest, INLINE_MAX)
    need(not rest, "bytes after the head")
    return envelope, inline


def counted(data, limit):
    need(len(data) >= 4, "cut short")
    length = int.from_bytes(data[:4], "big")
    need(length <= limit and len(data) >= 4 + length, "length")
    return data[4 : 4 + length], data[4 + length :]


def strict_json(data, limit):
    need(len(data) <= limit, "too long")
    try:
        value = json.loads(data.decode())
        again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        need(again.encode() == data, "not canonical")
    except (ValueError, RecursionError) as error:
        raise Refused("not JSON") from error
    return value


def names(value, expected):
    need(isinstance(value, dict) and set(value) == set(expected.split()), "names")
    return value


def unbase64(text):
    need(isinstance(text, str), "base64")
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Refused("base64") from error
    need(base64.b64encode(data).decode() == text, "base64")
    return data


def check_signatures(envelope, sender):
    names(envelope, "payload payloadType signatures")
    need(envelope["payloadType"] == TYPE, "type")
    payload = unbase64(envelope["payload"])
    kind = TYPE.encode()
    signed = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
    need(isinstance(envelope["signatures"], list), "signatures")
    found = {
        names(one, "keyid sig")["keyid"]: unbase64(one["sig"]) for one in envelope["signatures"]
    }
    wanted = {key_id(kind, sender.keys[kind]): kind for kind in SIGNATURES[sender.suite]}
    need(found.keys() == wanted.keys(), "signatures missing or too many")
    need(len(envelope["signatures"]) == len(wanted), "a signature twice")
    for key, signature in found.items():
        try:
            public_key(wanted[key], sender.keys[wanted[key]]).verify(signature, signed)
        except InvalidSignature as error:
            raise Refused("signature") from error
    return payload


def key_id(kind, public):
    return hashlib.sha256(kind.encode() + b"\0" + public).hexdigest()[:16]


def public_key(kind, raw):
    if kind == "ed25519":
        return ed25519.Ed25519PublicKey.from_public_bytes(raw)
    return mldsa.MLDSA65PublicKey.from_public_bytes(raw)


# --- section 5: manifest ---


def check_manifest(payload, sender, place, inline):
    manifest = names(strict_json(payload, 131_072), "terms wrapped_key payload")
    terms = names(
        manifest["terms"],
        "id suite kind sender receiver receiver_key created expires context approvals",
    )
    check_terms(terms)
    need(terms["id"] == place.parcel_id, "another id")
    need(terms["sender"] == place.sender, "another sender")
    need(terms["receiver"] == place.receiver, "another receiver")
    need(not (terms["suite"] == "S0" and sender.suite == "S1"), "weaker suite")
    need(moment(place.now) < moment(terms["expires"]), "expired")
    need(moment(terms["created"]) <= moment(place.now) + timedelta(minutes=10), "from the future")
    check_sizes(
        names(
            manifest["payload"], "bytes segments inline_bytes blocks block_bytes floe_header root"
        ),
        inline,
    )
    return manifest


def check_terms(terms):
    key = names(terms["receiver_key"], "id kind")
    for text, form in (
        (terms["id"], "pc_[a-z2-7]{26}"),
        (terms["suite"], "S0|S1"),
        (terms["kind"], "transfer|notice"),
        (terms["sender"], "[a-z][a-z0-9-]{0,31}"),
        (terms["receiver"], "[a-z][a-z0-9-]{0,31}"),
        (key["id"], "[a-z0-9][a-z0-9._-]{0,79}"),
        (key["kind"], "one-time|daily"),
    ):
        matches(text, form)
    need(moment(terms["created"]) < moment(terms["expires"]), "expires before it is created")
    need(isinstance(terms["context"], dict) and len(terms["context"]) <= 32, "context")
    for name, value in terms["context"].items():
        matches(name, "[a-z][a-z0-9_.-]{0,63}")
        need(isinstance(value, str) and len(value.encode()) <= 1000, "context")
        need(not re.search("[\x00-\x1f\x7f]", value), "context")
    need(isinstance(terms["approvals"], list) and len(terms["approvals"]) <= 100, "approvals")
    for approval in terms["approvals"]:
        matches(approval, "[0-9a-f]{64}")


def check_sizes(payload, inline):
    n = payload["bytes"]
    need(type(n) is int and 4 <= n <= 1_677_670_400_000, "bytes")
    segments, _, sealed = sizes(n)
    inline_bytes = sealed if sealed <= INLINE_MAX else 0
    blocks = 0 if inline_bytes else -(-sealed // BLOCK)
    stated = [payload[k] for k in ("segments", "inline_bytes", "blocks", "block_bytes")]
    need(all(type(number) is int for number in stated), "sizes")
    need(stated == [segments, inline_bytes, blocks, BLOCK], "sizes")
    need(len(inline) == inline_bytes, "inline size")
    matches(payload["root"], "[0-9a-f]{64}")


def sizes(n):
    segments = -(-n // (L - 32))
    return segments, L - 32, n + 32 * segments


def matches(text, form):
    need(isinstance(text, str) and re.fullmatch(form, text, re.ASCII), form)


def moment(text):
    matches(text, r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise Refused("moment") from error


def binding(terms):
    def item(text):
        return u32(len(text.encode())) + text.encode()

    key = terms["receiver_key"]
    out = b"sekisho parcel v1\0"
    for name in ("id", "suite", "kind", "sender", "receiver"):
        out += item(terms[name])
    out += item(key["id"]) + item(key["kind"]) + item(terms["created"]) + item(terms["expires"])
    out += u32(len(terms["context"]))
    for name, value in sorted(terms["context"].items()):
        out += item(name) + item(value)
    return out + u32(len(terms["approvals"])) + b"".join(map(item, terms["approvals"]))


# --- section 7: the wrapped key ---


def unwrap(suite, private, wrapped, info):
    kem, enc_bytes = {"S0": (0x11, 97), "S1": (0x51, 1665)}[suite]
    need(len(wrapped) == enc_bytes + 48, "wrapped key")
    enc, sealed = wrapped[:enc_bytes], wrapped[enc_bytes:]
    try:
        shared = shared_s0(private, enc) if suite == "S0" else shared_s1(private, enc)
    except ValueError as error:
        raise Refused("encapsulation") from error
    suite_id = b"HPKE" + kem.to_bytes(2, "big") + b"\0\2\0\2"
    context = b"\0" + labeled_extract(suite_id, b"", b"psk_id_hash", b"")
    context += labeled_extract(suite_id, b"", b"info_hash", info)
    secret = labeled_extract(suite_id, shared, b"secret", b"")
    key = labeled_expand(suite_id, secret, b"key", context, 32)
    nonce = labeled_expand(suite_id, secret, b"base_nonce", context, 12)
    return aes_open(key, nonce, sealed, b"")


def shared_s0(private, enc):
    point, own = ecdh(private, enc)
    prk = labeled_extract(b"KEM\0\x11", b"", b"eae_prk", point)
    return labeled_expand(b"KEM\0\x11", prk, b"shared_secret", enc + own, 48)


def shared_s1(private, enc):
    first = mlkem.MLKEM1024PrivateKey.from_seed_bytes(private[:64]).decapsulate(enc[:1568])
    second, own = ecdh(private[64:], enc[1568:])
    return hashlib.sha3_256(first + second + enc[1568:] + own + b"MLKEM1024-P384").digest()


def ecdh(scalar, point):
    need(point[:1] == b"\x04", "point")
    curve = ec.SECP384R1()
    key = ec.derive_private_key(int.from_bytes(scalar, "big"), curve)
    numbers = key.public_key().public_numbers()
    own = b"\x04" + numbers.x.to_bytes(48, "big") + numbers.y.to_bytes(48, "big")
    other = ec.EllipticCurvePublicKey.from_encoded_point(curve, point)
    return key.exchange(ec.ECDH(), other), own


def labeled_extract(suite_id, salt, label, data):
    return hmac.digest(salt or bytes(48), b"HPKE-v1" + suite_id + label + data, "sha384")


def labeled_expand(suite_id, key, label, info, length):
    return expand(key, length.to_bytes(2, "big") + b"HPKE-v1" + suite_id + label + info, length)


def expand(key, info, length):
    out, step, counter = b"", b"", 1
    while len(out) < length:
        step = hmac.digest(key, step + info + bytes([counter]), "sha384")
        out, counter = out + step, counter + 1
    return out[:length]


def aes_open(key, iv, sealed, aad):
    try:
        return AESGCM(key).decrypt(iv, sealed, aad)
    except (InvalidTag, ValueError) as error:
        raise Refused("does not open") from error


# --- sections 6 and 8: payload and root ---


def ciphertext_segments(manifest, inline, get_block):
    payload = manifest["payload"]
    _, _, sealed = sizes(payload["bytes"])
    data = inline
    for number in range(payload["blocks"]):
        block = get_block(f"b{number:05d}")
        need(len(block) == min(BLOCK, sealed - number * BLOCK), "block size")
        data += block
    return [data[at : at + L] for at in range(0, len(data), L)]


def check_root(manifest, segments):
    leaves = [hashlib.sha256(b"\0" + segment).digest() for segment in segments]
    need(tree(leaves).hex() == manifest["payload"]["root"], "root")


def tree(leaves):
    if len(leaves) == 1:
        return leaves[0]
    left = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + tree(leaves[:left]) + tree(leaves[left:])).digest()


def open_payload(manifest, content_key, segments, aad):
    header = unbase64(manifest["payload"]["floe_header"])
    prefix = b"\0\0" + u32(L) + u32(32)
    need(len(header) == 74 and header[:10] == prefix, "FLOE header")
    context = prefix + header[10:42]
    tag = expand(content_key, context + b"HEADER_TAG:" + aad, 32)
    need(hmac.compare_digest(tag, header[42:]), "FLOE header tag")
    message_key = expand(content_key, context + b"MESSAGE_KEY:" + aad, 48)
    plaintext = []
    for i, segment in enumerate(segments):
        last = i == len(segments) - 1
        need(segment[:4] == (u32(len(segment)) if last else b"\xff" * 4), "segment length")
        key = expand(message_key, context + b"DEK:" + u64(i >> 20 << 20) + aad, 32)
        place = u64(i) + (b"\1" if last else b"\0")
        plaintext.append(aes_open(key, segment[4:16], segment[16:], place))
    return b"".join(plaintext)


# --- section 9 ----------------------------------------------------------------------------------


def open_parcel(head, get_block, sender, private, place):
    """(letter, all files joined) of a parcel, or Refused."""
    envelope, inline = take_apart(head)
    payload = check_signatures(strict_json(envelope, 196_608), sender)
    manifest = check_manifest(payload, sender, place, inline)
    terms = manifest["terms"]
    aad = binding(terms)
    content_key = unwrap(terms["suite"], private, unbase64(manifest["wrapped_key"]), aad)
    segments = ciphertext_segments(manifest, inline, get_block)
    plaintext = open_payload(manifest, content_key, segments, aad)
    length = int.from_bytes(plaintext[:4], "big")
    need(length <= 16 * L and 4 + length <= len(plaintext), "letter length")
    check_root(manifest, segments)
    return plaintext[4 : 4 + length], plaintext[4 + length :]


def main():
    parser = argparse.ArgumentParser(description="Verify and open one parcel from a folder.")
    parser.add_argument("head", type=Path, help="the file <parcel id>.head, blocks beside it")
    parser.add_argument("keys", type=Path, help="JSON: suite, keys {kind: base64}, private base64")
    parser.add_argument("sender")
    parser.add_argument("receiver")
    parser.add_argument("--now", default=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
    given = parser.parse_args()
    keys = json.loads(given.keys.read_bytes())
    sender = Sender(keys["suite"], {k: unbase64(v) for k, v in keys["keys"].items()})
    place = Place(given.head.stem, given.sender, given.receiver, given.now)
    try:
        letter, files = open_parcel(
            given.head.read_bytes(),
            lambda name: given.head.with_suffix("." + name).read_bytes(),
            sender,
            unbase64(keys["private"]),
            place,
        )
    except Refused as error:
        sys.exit(f"refused: {error}")
    sys.stdout.buffer.write(letter + b"\n")
    print(f"{len(files)} bytes of files, SHA-256 {hashlib.sha256(files).hexdigest()}")


if __name__ == "__main__":
    main()
