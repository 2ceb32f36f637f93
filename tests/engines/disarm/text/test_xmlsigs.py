"""XML signatures: made by signxml, which knows nothing of us; verified, broken, out of reach."""

from __future__ import annotations

import base64
import datetime
import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml import XMLSigner, XMLVerifier, methods
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from tests.engines.disarm.support import Result, run, through

from sekisho.disarm.account import Act
from sekisho.disarm.formats.xmlsigs import SIGNATURES_MAX, WRONG_CODE
from sekisho.disarm.formats.xmlsigs.canonical import alone, canonical
from sekisho.disarm.formats.xmlsigs.names import CANONICAL, DS
from sekisho.disarm.profile import STANDARD
from sekisho.disarm.sandbox.pool import Pool

SIGNER = "○○市長"
# signxml cannot sign names of elements that are not ASCII.
BODY = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!-- 前 -->'
    '<k:kagami xmlns:k="urn:kagami" xmlns="urn:other" xmlns:unused="urn:unused" xml:lang="ja">\n'
    '  <k:kenmei z="1" a="&#9;&quot;x&quot;">令和8年度<![CDATA[<通知>]]>&#13;</k:kenmei>\n'
    '  <honbun Id="body"><k:p xmlns="">甲<!-- 内 -->乙</k:p><empty /></honbun>\n</k:kagami>'
)
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def certificate(key: Key) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SIGNER)])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start.replace(2036))
    return built.sign(key, hashes.SHA256())


RSA_KEY = rsa.generate_private_key(65_537, 2_048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
CERTIFICATES = {RSA_KEY: certificate(RSA_KEY), EC_KEY: certificate(EC_KEY)}


def signed(
    *,
    key: Key = RSA_KEY,
    method: methods = methods.enveloped,
    signature: SignatureMethod = SignatureMethod.RSA_SHA256,
    digest: DigestAlgorithm = DigestAlgorithm.SHA256,
    canonical: CanonicalizationMethod = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    uri: str | None = None,
    body: str = BODY,
) -> bytes:
    signer = XMLSigner(method, signature, digest, canonical)
    signer.excise_empty_xmlns_declarations = False
    root = signer.sign(
        etree.fromstring(body.encode()), key=key, cert=[CERTIFICATES[key]], reference_uri=uri
    )
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")


PLAIN = '<kagami>通知 <!-- 内 --><honbun Id="body" b="1" a="2"/>\n</kagami>'


def body_for(canonical: str) -> str:
    """Inclusive forms of parts hold the namespaces around them: signxml leaves those out."""
    return BODY if CANONICAL[canonical][0] else PLAIN


def found(result: Result) -> dict[str, int]:
    return result.rows(Act.FOUND)


@pytest.mark.parametrize("canonical", CANONICAL)
def test_a_signature_over_the_whole_document_is_verified(canonical: str) -> None:
    data = signed(canonical=CanonicalizationMethod(canonical), body=body_for(canonical))
    result = through(data, "鑑.xml")
    assert result.content == data
    assert found(result) == {"xml-signature-verified": 1}
    assert result.entry("xml-signature-verified").samples == (SIGNER,)
    assert result.rows(Act.KEPT) == {"xml-signature": 1}


@pytest.mark.parametrize(
    ("key", "signature", "digest"),
    [
        (RSA_KEY, SignatureMethod.RSA_SHA384, DigestAlgorithm.SHA384),
        (RSA_KEY, SignatureMethod.RSA_SHA512, DigestAlgorithm.SHA512),
        (RSA_KEY, SignatureMethod.SHA256_RSA_MGF1, DigestAlgorithm.SHA256),
        (EC_KEY, SignatureMethod.ECDSA_SHA256, DigestAlgorithm.SHA256),
        (EC_KEY, SignatureMethod.ECDSA_SHA512, DigestAlgorithm.SHA512),
    ],
)
def test_every_algorithm_that_is_read(
    key: Key, signature: SignatureMethod, digest: DigestAlgorithm
) -> None:
    data = signed(key=key, signature=signature, digest=digest)
    assert found(through(data, "鑑.xml")) == {"xml-signature-verified": 1}


@pytest.mark.parametrize("canonical", CANONICAL)
def test_a_signature_over_a_part_is_called_so(canonical: str) -> None:
    form = CanonicalizationMethod(canonical)
    data = signed(uri="#body", canonical=form, body=body_for(canonical))
    assert found(through(data, "鑑.xml")) == {"xml-signature-verified-part": 1}


def test_a_signature_that_holds_what_it_signs() -> None:
    data = signed(method=methods.enveloping)
    XMLVerifier().verify(data, x509_cert=CERTIFICATES[RSA_KEY])
    assert found(through(data, "鑑.xml")) == {"xml-signature-verified-part": 1}


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "a word": lambda data: data.replace("令和8年度".encode(), "令和9年度".encode()),
    "an attribute": lambda data: data.replace(b'z="1"', b'z="2"'),
    "what is signed": lambda data: data.replace(b"xmldsig#enveloped-signature", b"xmldsig#base64"),
    "the value": lambda data: _with_value(data, signed(body="<other/>")),
}


def _with_value(data: bytes, other: bytes) -> bytes:
    root, strange = etree.fromstring(data), etree.fromstring(other)
    for local in ("SignatureValue",):
        here, there = root.find(f".//{DS}{local}"), strange.find(f".//{DS}{local}")
        assert here is not None and there is not None
        here.text = there.text
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_changed_after_signing_is_found_with_a_code(change: str) -> None:
    data = CHANGES[change](signed())
    result = through(data, "鑑.xml")
    assert result.content == data, "a finding keeps nothing back"
    assert found(result) == {"xml-signature-wrong": 1}
    assert result.entry("xml-signature-wrong").code == WRONG_CODE


def test_the_key_of_another_does_not_verify() -> None:
    stranger = rsa.generate_private_key(65_537, 2_048)
    CERTIFICATES[stranger] = CERTIFICATES[RSA_KEY]
    assert found(through(signed(key=stranger), "鑑.xml")) == {"xml-signature-wrong": 1}


def test_what_the_disarming_changes_is_said_beside_what_held_before() -> None:
    data = signed(
        body=BODY.replace("<k:kenmei", '<?xml-stylesheet href="canary.xsl"?><k:kenmei', 1)
    )
    result = through(data, "鑑.xml")
    assert b"canary" not in result.content
    assert found(result) == {"xml-signature-verified": 1}
    assert result.rows(Act.CHANGED)["xml-signature-broken"] == 1


UNCHECKED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "SHA-1": (
        "algorithm",
        lambda data: data.replace(b"xmldsig-more#rsa-sha256", b"xmldsig-more#rsa-sha1"),
    ),
    "canonicalization 1.1": (
        "algorithm",
        lambda data: data.replace(b"2001/10/xml-exc-c14n#", b"2006/12/xml-c14n11"),
    ),
    "no certificate": ("key", lambda data: data.replace(b"X509Certificate", b"X509CRL")),
    "a damaged certificate": (
        "key",
        lambda data: data.replace(b"X509Certificate>MII", b"X509Certificate>AAA"),
    ),
    "no list": ("form", lambda data: data.replace(b"SignedInfo", b"SignedInfos")),
}  # fmt: skip


@pytest.mark.parametrize("case", UNCHECKED)
def test_what_cannot_be_verified_says_why(case: str) -> None:
    reason, change = UNCHECKED[case]
    assert found(through(change(signed()), "鑑.xml")) == {f"xml-signature-unchecked-{reason}": 1}


@pytest.mark.parametrize(
    ("transform", "reason"),
    [
        ("http://www.w3.org/TR/1999/REC-xslt-19991116", "algorithm"),
        ("http://www.w3.org/TR/1999/REC-xpath-19991116", "algorithm"),
    ],
)
def test_no_stylesheet_and_no_path_runs(transform: str, reason: str) -> None:
    data = _signed_by_hand(f'URI=""><ds:Transforms><ds:Transform Algorithm="{transform}"/>'
                           "</ds:Transforms>")  # fmt: skip
    assert found(through(data, "鑑.xml")) == {f"xml-signature-unchecked-{reason}": 1}


def test_a_document_that_signs_its_attachments_says_so() -> None:
    data = _signed_by_hand('URI="別紙1.pdf">')
    assert found(through(data, "鑑.xml")) == {"xml-signature-unchecked-other-file": 1}
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("鑑.xml", data)
        archive.writestr("別紙1.txt", "別紙")
    result = through(packed.getvalue(), "電子公文書.zip")
    assert result.entry("xml-signature-unchecked-other-file").where.startswith("鑑.xml")


def _signed_by_hand(reference: str) -> bytes:
    """A list with one reference whose digest nobody can know, rightly signed."""
    root = etree.fromstring(signed())
    info = root.find(f".//{DS}SignedInfo")
    assert info is not None
    old = info.find(f"{DS}Reference")
    assert old is not None
    new = etree.fromstring(
        f'<ds:Reference xmlns:ds="{DS[1:-1]}" {reference}<ds:DigestMethod'
        ' Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        "<ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>"
    )
    info.replace(old, new)
    data = etree.tostring(info, method="c14n", exclusive=True)
    value = root.find(f".//{DS}SignatureValue")
    assert value is not None
    value.text = base64.b64encode(RSA_KEY.sign(data, padding.PKCS1v15(), hashes.SHA256())).decode()
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")


def test_an_id_that_stands_twice_is_not_believed() -> None:
    data = signed(uri="#body").replace(b"</k:", b'<x Id="body"/></k:', 1)
    assert found(through(data, "鑑.xml")) == {"xml-signature-unchecked-form": 1}


def test_many_signatures_are_bounded() -> None:
    one = f'<ds:Signature xmlns:ds="{DS[1:-1]}"/>'
    result = run(f"<?xml version='1.0'?><a>{one * (SIGNATURES_MAX + 9)}</a>".encode(), "a.xml")
    assert found(result) == {
        "xml-signature-unchecked-form": SIGNATURES_MAX,
        "xml-signature-unchecked-size": 9,
    }


def test_a_child_that_can_reach_nothing_verifies_too() -> None:
    with Pool(1) as pool:
        report = pool.disarm(BytesIO(signed()), "鑑.xml", STANDARD).report
    assert "xml-signature-verified" in {entry.what for entry in report.entries}


INHERITED = (
    '<a:r xmlns:a="urn:a" xmlns="urn:d" xmlns:u="urn:u" xml:lang="ja" xml:space="preserve">'
    '<a:s xml:lang="en"><t z="1" b="2" a:y="3">\r\n<!-- c -->&lt;</t></a:s></a:r>'
)


@pytest.mark.parametrize(
    ("algorithm", "start"),
    [
        (
            "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
            '<t xmlns="urn:d" xmlns:a="urn:a" xmlns:u="urn:u"'
            ' b="2" z="1" xml:lang="en" xml:space="preserve" a:y="3">',
        ),
        (
            "http://www.w3.org/2001/10/xml-exc-c14n#",
            '<t xmlns="urn:d" xmlns:a="urn:a" b="2" z="1" a:y="3">',
        ),
    ],
)
def test_a_part_inherits_what_the_specifications_say(algorithm: str, start: str) -> None:
    """Canonical XML 1.0 section 2.4, exclusive section 2.2: attributes by namespace, then name."""
    part = etree.fromstring(INHERITED)[0][0]
    done = canonical(alone(part, algorithm), algorithm, None, may_comment=False)
    assert done.decode() == f"{start}\n&lt;</t>"
