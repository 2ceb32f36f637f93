"""What a signature covers: each reference's transforms, and the digest of what comes of them."""

from __future__ import annotations

import base64
import binascii
import copy
import hmac
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from sekisho.disarm.formats.xmlsigs.canonical import (
    Path,
    alone,
    canonical,
    path_from,
    prefixes_of,
    without,
)
from sekisho.disarm.formats.xmlsigs.names import BASE64, CANONICAL, DIGESTS, DS, ENVELOPED
from sekisho.kernel.limits import MIB

REFERENCES_MAX = 64
CANONICAL_BYTES_MAX = 256 * MIB
"""All that is brought into canonical form for one document."""

_ID_NAMES = frozenset(
    {
        "Id",
        "ID",
        "id",
        "{http://www.w3.org/XML/1998/namespace}id",
        "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}Id",
    }
)
_PLAIN = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"


class Wrong(Exception):
    """What was signed is not what is there."""


class Unchecked(Exception):
    """It cannot be told here: `reason` is the last part of a thing's name."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Covered:
    """How far a signature reaches: the whole document, and how many other files."""

    is_whole: bool
    outside: int


class Budget:
    """How much more may be brought into canonical form."""

    def __init__(self) -> None:
        self._left = CANONICAL_BYTES_MAX

    def take(self, size: int) -> None:
        """Raises Unchecked."""
        self._left -= size
        if self._left < 0:
            raise Unchecked("size")


class References:
    """The document that references lead into."""

    def __init__(self, tree: etree._ElementTree, budget: Budget) -> None:
        self._tree = tree
        self.budget = budget
        self._by_id: dict[str, list[etree._Element]] = {}
        for element in tree.iter(etree.Element):
            for name in _ID_NAMES.intersection(element.attrib):
                self._by_id.setdefault(str(element.get(name)), []).append(element)

    def check(self, signature: etree._Element) -> Covered:
        """Compare every digest; what they are of. Raises Wrong, Unchecked.

        What cannot be told of one reference is raised after all others were compared.
        """
        rows = signature.findall(f"{DS}SignedInfo/{DS}Reference")
        if not 0 < len(rows) <= REFERENCES_MAX:
            raise Unchecked("form")
        outside = 0
        later: Unchecked | None = None
        for row in rows:
            uri = row.get("URI")
            if uri is not None and uri and not uri.startswith("#"):
                outside += 1
                continue
            try:
                self._check_one(row, uri, signature)
            except Unchecked as unchecked:
                later = unchecked
        if later is not None:
            raise later
        return Covered(any(row.get("URI") == "" for row in rows), outside)

    def _check_one(self, row: etree._Element, uri: str | None, signature: etree._Element) -> None:
        method, value = row.find(f"{DS}DigestMethod"), row.findtext(f"{DS}DigestValue")
        if uri is None or method is None or value is None:
            raise Unchecked("form")
        digest = DIGESTS.get(str(method.get("Algorithm")))
        if digest is None:
            raise Unchecked("algorithm")
        wanted = decoded(value)
        for octets in self._transformed(row, uri, signature):
            if hmac.compare_digest(digest(octets).digest(), wanted):
                return
        raise Wrong

    def _target(self, uri: str) -> etree._Element:
        if not uri:
            return self._tree.getroot()
        found = self._by_id.get(uri[1:], [])
        # Of an id that stands twice one was signed, and another might be shown.
        if len(found) != 1:
            raise Unchecked("form")
        return found[0]

    def _transformed(
        self, row: etree._Element, uri: str, signature: etree._Element
    ) -> Iterator[bytes]:
        """What the digest may be of: see `_octets` for why it can be one of two."""
        target = self._target(uri)
        out: Path | None = None
        algorithm, prefixes = _PLAIN, None
        transforms = row.findall(f"{DS}Transforms/{DS}Transform")
        for number, transform in enumerate(transforms):
            name, is_last = str(transform.get("Algorithm")), number == len(transforms) - 1
            if name == ENVELOPED and out is None:
                # Where the signature stands outside of what it signs, nothing has to go.
                out = path_from(target, signature)
                if target is signature:
                    raise Unchecked("form")
            elif name in CANONICAL and is_last:
                algorithm, prefixes = name, prefixes_of(transform)
            elif name == BASE64 and is_last and out is None:
                yield decoded("".join(str(text) for text in target.itertext()))
                return
            else:
                raise Unchecked("form" if name in {ENVELOPED, BASE64, *CANONICAL} else "algorithm")
        yield from self._octets(target if uri else None, out, algorithm, prefixes)

    def _octets(
        self,
        target: etree._Element | None,
        out: Path | None,
        algorithm: str,
        prefixes: list[str] | None,
    ) -> Iterator[bytes]:
        """The canonical form of an element or of the document, without the signature.

        A reference into the same document leaves comments out (section 4.4.3.3), whatever the
        algorithm says; some programs keep them then.
        """
        node: etree._Element | etree._ElementTree
        if target is None:
            node = copy.deepcopy(self._tree)
            top = node.getroot()
        else:
            node = top = alone(target, algorithm)
        if out is not None:
            without(top, out)
        for may_comment in (False, True) if CANONICAL[algorithm][1] else (False,):
            done = canonical(node, algorithm, prefixes, may_comment=may_comment)
            self.budget.take(len(done))
            yield done


def decoded(text: str) -> bytes:
    """Bytes written in base64. Raises Unchecked."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Unchecked("form") from None
