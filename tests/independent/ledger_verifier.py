"""A second implementation of docs/formats/ledger-v1.md and evidence-package-v1.md.

Written from the documents alone; imports nothing of Sekisho, only the standard library and
`cryptography`. It checks what a package proves about the log: every record is signed by the node
and stands in the checkpoint, the node and the witnesses have signed the checkpoint, disclosures
fit, the log continues an earlier checkpoint. Keys are given on the command line: it does not read
directories, parcels or receipts, and it does not judge the order of acts.

    python tests/independent/ledger_verifier.py PACKAGE KEYS.json

KEYS.json: {"node": {"ed25519": …}, "log": [vkey, …]} with raw keys in base64.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import zipfile
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

EVENT_TYPE = "application/vnd.sekisho.event+json"


class Refused(Exception):
    """The package does not prove what it should."""


def need(holds, what):
    if not holds:
        raise Refused(what)


# Tree: checked by rebuilding the root from the definition, not by the algorithms of RFC 9162


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf(entry):
    return sha(b"\x00", entry)


def split(n):
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def mth(leaves):
    """The tree hash of a list of leaf hashes."""
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha(b"\x01", mth(leaves[:k]), mth(leaves[k:]))


def root_from_path(hashed, index, size, path):
    """The root that an inclusion proof leads to; the path is used up from its end (the top)."""
    need(0 <= index < size, "index outside the log")
    if size == 1:
        need(not path, "proof too long")
        return hashed
    need(path, "proof too short")
    k = split(size)
    if index < k:
        return sha(b"\x01", root_from_path(hashed, index, k, path[:-1]), path[-1])
    return sha(b"\x01", path[-1], root_from_path(hashed, index - k, size - k, path[:-1]))


def roots_from_consistency(old, size, proof, old_root, whole=True):
    """(old root, new root) that a consistency proof leads to; RFC 6962 2.1.2 read backwards."""
    if old == size:
        if whole:
            need(not proof, "proof too long")
            return old_root, old_root
        need(len(proof) == 1, "proof of another length")
        return proof[0], proof[0]
    need(proof, "proof too short")
    k = split(size)
    if old <= k:
        left_old, left_new = roots_from_consistency(old, k, proof[:-1], old_root, whole)
        return left_old, sha(b"\x01", left_new, proof[-1])
    right_old, right_new = roots_from_consistency(old - k, size - k, proof[:-1], old_root, False)
    return sha(b"\x01", proof[-1], right_old), sha(b"\x01", proof[-1], right_new)


def root_from_range(leaves, start, size, outside):
    """The root that the leaves from `start` on lead to, with the subtrees outside them."""
    end = start + len(leaves)
    need(0 <= start < end <= size, "range outside the log")
    waiting = list(outside)

    def top(low, high):
        if start <= low and high <= end:
            return mth(leaves[low - start : high - start])
        if high <= start or end <= low:
            need(waiting, "proof too short")
            return waiting.pop(0)
        k = split(high - low)
        left = top(low, low + k)
        return sha(b"\x01", left, top(low + k, high))

    root = top(0, size)
    need(not waiting, "proof too long")
    return root


# Notes


def read_note(data):
    """(text, {(name, key id): signature})."""
    text, _, lines = data.decode("utf-8").rpartition("\n\n")
    signatures = {}
    for line in lines.rstrip("\n").split("\n"):
        dash, name, packed = line.split(" ")
        need(dash == "\u2014", "signature line")
        raw = base64.b64decode(packed, validate=True)
        signatures[name, raw[:4]] = raw[4:]
    return text + "\n", signatures


def read_checkpoint(text):
    """(origin, size, root)."""
    origin, size, root, rest = text.split("\n")
    need(not rest and str(int(size)) == size, "checkpoint")
    return origin, int(size), base64.b64decode(root, validate=True)


def read_vkey(vkey):
    """(name, key id, type, public key)."""
    name, key_id, packed = vkey.split("+", 2)
    raw = base64.b64decode(packed, validate=True)
    found = sha(name.encode() + b"\n" + raw)[:4]
    need(found.hex() == key_id, "key id")
    return name, found, raw[0], raw[1:]


def signed_by(vkey, text, signatures):
    """Whether the note carries a good signature of this key."""
    name, key_id, kind, public = read_vkey(vkey)
    signature = signatures.get((name, key_id))
    if signature is None:
        return False
    origin, size, root = read_checkpoint(text)
    try:
        if kind == 1:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
        elif kind == 4:
            time = int.from_bytes(signature[:8], "big")
            message = f"cosignature/v1\ntime {time}\n{text}".encode()
            Ed25519PublicKey.from_public_bytes(public).verify(signature[8:], message)
        elif kind == 6:
            message = (
                b"subtree/v1\n\x00"
                + bytes([len(name)])
                + name.encode()
                + signature[:8]
                + bytes([len(origin)])
                + origin.encode()
                + (0).to_bytes(8, "big")
                + size.to_bytes(8, "big")
                + root
            )
            MLDSA44PublicKey.from_public_bytes(public).verify(signature[8:], message)
        else:
            return False
    except InvalidSignature:
        return False
    return True


def quorum_reached(policy, text, signatures):
    """Whether a policy's quorum has cosigned the note."""
    holds = {"none": True}
    for line in policy.decode().split("\n"):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "witness":
            holds[words[1]] = signed_by(words[2], text, signatures)
        elif words[0] == "group":
            count = sum(holds[name] for name in words[3:])
            wanted = {"all": len(words) - 3, "any": 1}.get(words[2]) or int(words[2])
            holds[words[1]] = count >= wanted
        elif words[0] == "quorum":
            return holds[words[1]]
    raise Refused("no quorum line")


# Records


def read_event(entry, node_key):
    """The event in a record whose DSSE signature by the node holds."""
    envelope = json.loads(entry)
    need(envelope["payloadType"] == EVENT_TYPE, "type of a record")
    payload = base64.b64decode(envelope["payload"], validate=True)
    kind = EVENT_TYPE.encode()
    signed = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
    key_id = hashlib.sha256(b"ed25519\x00" + node_key).hexdigest()[:16]
    for one in envelope["signatures"]:
        if one["keyid"] == key_id:
            try:
                Ed25519PublicKey.from_public_bytes(node_key).verify(
                    base64.b64decode(one["sig"]), signed
                )
            except InvalidSignature:
                break
            return json.loads(payload)
    raise Refused("signature of a record")


def hidden_hash(field, salt, value):
    parts = [b"sekisho disclosure v1\x00", salt]
    for text in (field.encode(), value.encode()):
        parts += [len(text).to_bytes(4, "big"), text]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def read_proof(data):
    """(index, path, note) of a tlog-proof without extra data."""
    head, _, note = data.partition(b"\n\n")
    first, index, *path = head.decode("ascii").split("\n")
    need(first == "c2sp.org/tlog-proof@v1" and index.startswith("index "), "tlog-proof")
    return int(index[6:]), [base64.b64decode(one, validate=True) for one in path], note


def hashes_of(document):
    return [base64.b64decode(one, validate=True) for one in json.loads(document)["hashes"]]


# The package


def verify(package, keys):
    """Raise Refused unless the package proves its records; otherwise the events by index."""
    with zipfile.ZipFile(package) as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    said = json.loads(members["package.json"])
    text, signatures = read_note(members["checkpoint.txt"])
    origin, size, root = read_checkpoint(text)
    need(origin == "sekisho/" + said["node"], "origin")
    need(keys["log"], "no key of the log")
    for vkey in keys["log"]:
        need(signed_by(vkey, text, signatures), "log signature")
    need(quorum_reached(members["policy.txt"], text, signatures), "quorum")
    if said["kind"] == "period":
        start = said["entries"][0]
        need(said["entries"] == list(range(start, start + len(said["entries"]))), "gap")
        leaves = [leaf(members[f"entries/{i}.json"]) for i in said["entries"]]
        outside = hashes_of(members["proofs/range.json"])
        need(root_from_range(leaves, start, size, outside) == root, "range proof")
    else:
        for index in said["entries"]:
            entry = members[f"entries/{index}.json"]
            proven, path, note = read_proof(members[f"proofs/{index}.tlog-proof"])
            need(proven == index and note == members["checkpoint.txt"], "proof of another record")
            need(root_from_path(leaf(entry), index, size, path) == root, "inclusion proof")
    node_key = base64.b64decode(keys["node"]["ed25519"])
    events = {i: read_event(members[f"entries/{i}.json"], node_key) for i in said["entries"]}
    need(all(event["node"] == said["node"] for event in events.values()), "record of another node")
    check_disclosures(members, events)
    check_earlier(members, keys, (origin, size, root))
    return events


def check_disclosures(members, events):
    for index, event in events.items():
        document = members.get(f"disclosures/{index}.json")
        for one in json.loads(document)["fields"] if document else ():
            salt = base64.b64decode(one["salt"], validate=True)
            need(len(salt) == 16, "salt")
            found = hidden_hash(one["field"], salt, one["value"])
            need(event["hidden"].get(one["field"]) == found, "disclosure")


def check_earlier(members, keys, checkpoint):
    if "earlier/checkpoint.txt" not in members:
        return
    text, signatures = read_note(members["earlier/checkpoint.txt"])
    for vkey in keys["log"]:
        need(signed_by(vkey, text, signatures), "log signature of the earlier checkpoint")
    origin, old, old_root = read_checkpoint(text)
    need(origin == checkpoint[0] and old <= checkpoint[1], "earlier checkpoint")
    proof = hashes_of(members["earlier/consistency.json"])
    if old:
        found = roots_from_consistency(old, checkpoint[1], proof, old_root)
        need(found == (old_root, checkpoint[2]), "consistency proof")
    else:
        need(not proof and old_root == sha(b""), "consistency proof")


def main(arguments):
    events = verify(arguments[0], json.loads(Path(arguments[1]).read_text("utf-8")))
    for index, event in sorted(events.items()):
        print(index, event["time"], event["type"], event["subject"])


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Refused as refused:
        sys.exit(f"refused: {refused}")
