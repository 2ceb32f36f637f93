"""XML signatures: whether what they cover is what was signed. Trust in a certificate is not judged.

XML Signature Syntax and Processing 1.1 (W3C) as far as it needs nothing but the document: digests
of references into the same document, and the signature over them by the key of a certificate that
lies in it. Nothing is fetched, no stylesheet and no path expression runs; what would need that is
called unchecked.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from sekisho.disarm.formats.xmlsigs.names import DS
from sekisho.disarm.formats.xmlsigs.references import Budget, References, Unchecked, Wrong
from sekisho.disarm.formats.xmlsigs.signed import check_signed
from sekisho.disarm.work import Work

SIGNATURES_MAX = 16
"""More signatures in one document are not looked at."""

WRONG_CODE = "SKS-D434"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of one signature: a thing of `words/text.toml`, and who signed."""

    thing: str
    signer: str = ""


def note_signatures(tree: etree._ElementTree, work: Work, place: str) -> None:
    """Verify every signature of a document as it came in, and note what is known of each."""
    found = list(tree.iter(f"{DS}Signature"))
    references = References(tree, Budget())
    for signature in found[:SIGNATURES_MAX]:
        verdict = judge(signature, references)
        code = WRONG_CODE if verdict.thing == "xml-signature-wrong" else ""
        work.found(verdict.thing, place, sample=verdict.signer, code=code)
    if len(found) > SIGNATURES_MAX:
        work.found("xml-signature-unchecked-size", place, count=len(found) - SIGNATURES_MAX)


def judge(signature: etree._Element, references: References) -> Verdict:
    """Whether a signature holds, does not, or cannot be told here, and why."""
    try:
        signer = check_signed(signature, references.budget)
        covered = references.check(signature)
    except Wrong:
        return Verdict("xml-signature-wrong")
    except Unchecked as why:
        return Verdict(f"xml-signature-unchecked-{why.reason}")
    if covered.outside:
        return Verdict("xml-signature-unchecked-other-file", signer)
    part = "" if covered.is_whole else "-part"
    return Verdict(f"xml-signature-verified{part}", signer)
