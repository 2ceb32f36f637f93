"""Seal a letter and files into a parcel: streaming, in constant memory, repeatable.

Sealing the same content under the same terms and secret gives the same blocks, so a sender that
was stopped seals again and puts only the blocks that are not there yet. The head is written last,
by the caller.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha384

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.utils import Buffer

from sekisho.kernel import dsse
from sekisho.kernel.errors import InvalidInput
from sekisho.kernel.merkle import Frontier
from sekisho.kernel.signing import SigningKeys
from sekisho.seal import floe, hpke, stream
from sekisho.seal.blocks import pipeline_threads
from sekisho.seal.head import check_strength, write_head
from sekisho.seal.parcel import (
    BLOCK_BYTES,
    BLOCK_SEGMENTS,
    LETTER_BYTES_MAX,
    LETTER_LENGTH_BYTES,
    PARAMS,
    PAYLOAD_BYTES_MAX,
    PAYLOAD_TYPE,
    Layout,
    Manifest,
    ParcelTerms,
    block_suffix,
    head_name,
)

Source = Callable[[], Iterable[Buffer]]
PutBlock = Callable[[str, memoryview], object]
Progress = Callable[[int], object]


@dataclass(frozen=True)
class SealingSecret:
    """What makes sealing repeatable: the content key and a fresh value for the message iv.

    Keep it wrapped until the head is in the store, then destroy it. One secret is for one parcel.
    """

    content_key: bytes = field(repr=False)
    floe_iv: bytes = field(repr=False)

    @classmethod
    def new(cls) -> SealingSecret:
        """A fresh secret from the operating system's randomness."""
        return cls(os.urandom(floe.KEY_BYTES), os.urandom(floe.IV_BYTES))


@dataclass(frozen=True)
class SealedParcel:
    """What is left to do: put `head` into the store as `head_name`, after all blocks."""

    head: bytes
    head_name: str
    manifest: Manifest
    envelope: dsse.Envelope


@dataclass(frozen=True)
class _Job:
    index: int
    last: bool
    plain: Sequence[memoryview]
    block: memoryview
    offset: int


@dataclass(frozen=True)
class _Done:
    job: _Job
    leaf: bytes
    end: int


def seal(
    terms: ParcelTerms,
    secret: SealingSecret,
    letter: bytes,
    sources: Sequence[Source],
    source_bytes: Sequence[int],
    receiver_public: bytes,
    signer: SigningKeys,
    put_block: PutBlock,
    have: Collection[str] = frozenset(),
    threads: int = 2,
    progress: Progress | None = None,
) -> SealedParcel:
    """Seal `letter` and what each source yields; returns the head and its manifest.

    `source_bytes` are the exact sizes. A source may reuse its buffers; `bytes` of 256 KiB and more
    are sealed where they are. `put_block(suffix, data)` is called in order from this thread, and
    `data` is valid only during the call; blocks named in `have` are not put again (they must come
    from an earlier try with the same arguments). `progress` gets the payload bytes sealed so far.
    Raises InvalidInput SKS-P015 (a source of another size), SKS-P016 (too large), SKS-P020 or
    SKS-P021 (receiver's key), Refused SKS-P009 (suite weaker than the signer's), and whatever a
    source or `put_block` raises.
    """
    check_strength(terms, signer.public)
    layout = _layout(letter, source_bytes)
    binding = terms.binding()
    wrapped = hpke.wrap(terms.suite, receiver_public, secret.content_key, binding)
    iv = message_iv(secret, letter, source_bytes)
    sealer = _Sealer(layout, secret.content_key, iv, binding)
    payload = _payload(letter, sources, source_bytes)
    inline, root = sealer.run(payload, put_block, frozenset(have), threads, progress)
    manifest = Manifest(terms, wrapped, sealer.header, layout.payload_bytes, root)
    envelope = signer.sign(PAYLOAD_TYPE, manifest.encode())
    head = write_head(envelope, inline)
    return SealedParcel(head, head_name(terms.parcel_id), manifest, envelope)


def message_iv(secret: SealingSecret, letter: bytes, source_bytes: Sequence[int]) -> bytes:
    """The FLOE iv of a parcel: another letter or other sizes never meet the same message key.

    As a letter holds the digest of every file, that covers the files too. Without it a second
    try with changed content would seal two plaintexts under one key and nonce.
    """
    digest = sha384(len(letter).to_bytes(LETTER_LENGTH_BYTES) + letter)
    for size in source_bytes:
        digest.update(size.to_bytes(8))
    info = b"sekisho parcel v1 floe iv\x00" + secret.floe_iv + digest.digest()
    return _expand(secret.content_key, info, floe.IV_BYTES)


def segment_iv(content_key: bytes, iv: bytes, index: int, last: bool) -> bytes:
    """The iv of one segment, the same in every try."""
    place = index.to_bytes(8) + (b"\x01" if last else b"\x00")
    info = b"sekisho parcel v1 segment iv\x00" + iv + place
    return _expand(content_key, info, floe.SEGMENT_IV_BYTES)


def _expand(key: bytes, info: bytes, length: int) -> bytes:
    return HKDFExpand(hashes.SHA384(), length, info).derive(key)


def _layout(letter: bytes, source_bytes: Sequence[int]) -> Layout:
    payload_bytes = LETTER_LENGTH_BYTES + len(letter) + sum(source_bytes)
    for what, found, limit in (
        ("letter", len(letter), LETTER_BYTES_MAX),
        ("payload", payload_bytes, PAYLOAD_BYTES_MAX),
    ):
        if found > limit:
            raise InvalidInput("SKS-P016", what=what, limit=limit, found=found)
    return Layout(payload_bytes)


def _payload(
    letter: bytes, sources: Sequence[Source], source_bytes: Sequence[int]
) -> Generator[Buffer, None, None]:
    yield len(letter).to_bytes(LETTER_LENGTH_BYTES)
    yield letter
    for number, (source, expected) in enumerate(zip(sources, source_bytes, strict=True), 1):
        found = 0
        for chunk in source():
            found += memoryview(chunk).nbytes
            if found > expected:
                break
            yield chunk
        if found != expected:
            raise InvalidInput("SKS-P015", source=number, expected=expected, found=found)


class _Sealer:
    """One run over one payload: buffers, keys and the growing tree."""

    def __init__(self, layout: Layout, content_key: bytes, iv: bytes, binding: bytes) -> None:
        self._layout = layout
        self._content_key = content_key
        self._iv = iv
        self._floe = floe.SealingKey(content_key, iv, binding, PARAMS)
        self._blocks = stream.Pool(min(BLOCK_BYTES, layout.sealed_bytes))
        self._tree = Frontier()
        self.header = self._floe.header

    def run(
        self,
        payload: Generator[Buffer, None, None],
        put_block: PutBlock,
        have: frozenset[str],
        threads: int,
        progress: Progress | None,
    ) -> tuple[bytes, bytes]:
        """(ciphertext for the head, root)."""
        inline = b""
        jobs = self._jobs(payload)
        threads = pipeline_threads(self._layout, threads)
        with (
            closing(payload),
            closing(stream.in_order(self._seal, jobs, threads=threads)) as results,
        ):
            for done in results:
                self._tree.append(done.leaf)
                inline = self._put(done, put_block, have)
                if progress is not None:
                    progress(min(self._tree.size * PARAMS.plain_bytes, self._layout.payload_bytes))
        return inline, self._tree.root()

    def _put(self, done: _Done, put_block: PutBlock, have: frozenset[str]) -> bytes:
        """Hand a block on once its last segment is there, or return what goes into the head."""
        job = done.job
        if job.last and self._layout.inline_bytes:
            return bytes(job.block[: done.end])
        if job.last or done.end == BLOCK_BYTES:
            name = block_suffix(job.index // BLOCK_SEGMENTS)
            if name not in have:
                put_block(name, job.block[: done.end])
            self._blocks.give(job.block)
        return b""

    def _jobs(self, payload: Iterator[Buffer]) -> Iterator[_Job]:
        block = memoryview(b"")
        for index, plain in enumerate(stream.gathered(payload, PARAMS.plain_bytes)):
            offset = index % BLOCK_SEGMENTS * PARAMS.segment_bytes
            if offset == 0:
                block = self._blocks.take()
            last = index == self._layout.segments - 1
            yield _Job(index, last, plain, block, offset)

    def _seal(self, job: _Job) -> _Done:
        out = job.block[job.offset :]
        iv = segment_iv(self._content_key, self._iv, job.index, job.last)
        size = self._floe.seal_pieces_into(job.index, job.plain, out, last=job.last, iv=iv)
        return _Done(job, stream.leaf_hash_of(out[:size]), job.offset + size)
