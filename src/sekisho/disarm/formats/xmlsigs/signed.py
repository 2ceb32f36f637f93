"""The signature over the list of references, by the key of a certificate in the document."""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509.oid import NameOID
from lxml import etree

from sekisho.disarm.formats.xmlsigs.canonical import alone, canonical, prefixes_of
from sekisho.disarm.formats.xmlsigs.names import CANONICAL, DS, ECDSA, RSA, RSA_PSS
from sekisho.disarm.formats.xmlsigs.references import Budget, Unchecked, Wrong, decoded
from sekisho.kernel.names import shown

CERTIFICATES_MAX = 8
SIGNER_CHARS_MAX = 60
_RSA_BITS_MAX = 8_192


def check_signed(signature: etree._Element, budget: Budget) -> str:
    """Verify the value over `SignedInfo`; the name in the certificate whose key it holds for.

    Raises Wrong (it holds for none), Unchecked.
    """
    info, value = signature.find(f"{DS}SignedInfo"), signature.findtext(f"{DS}SignatureValue")
    if info is None or value is None:
        raise Unchecked("form")
    form, method = info.find(f"{DS}CanonicalizationMethod"), info.find(f"{DS}SignatureMethod")
    if form is None or method is None:
        raise Unchecked("form")
    algorithm = str(form.get("Algorithm"))
    if algorithm not in CANONICAL:
        raise Unchecked("algorithm")
    data = canonical(alone(info, algorithm), algorithm, prefixes_of(form), may_comment=True)
    budget.take(len(data))
    tried = False
    for certificate in _certificates(signature):
        try:
            fits = _holds(certificate, str(method.get("Algorithm")), decoded(value), data)
        except InvalidSignature:
            tried = True
            continue
        if fits:
            return _name(certificate)
    raise Wrong if tried else Unchecked("key")


def _certificates(signature: etree._Element) -> list[x509.Certificate]:
    found = []
    rows = signature.findall(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")
    for row in rows[:CERTIFICATES_MAX]:
        try:
            found.append(x509.load_der_x509_certificate(decoded(row.text or "")))
        except (ValueError, Unchecked):
            continue
    return found


def _holds(certificate: x509.Certificate, method: str, value: bytes, data: bytes) -> bool:
    """False when the key is of another sort than the method. Raises InvalidSignature, Unchecked."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return False
    if method in RSA and isinstance(key, rsa.RSAPublicKey) and key.key_size <= _RSA_BITS_MAX:
        key.verify(value, data, padding.PKCS1v15(), RSA[method])
    elif method in RSA_PSS and isinstance(key, rsa.RSAPublicKey) and key.key_size <= _RSA_BITS_MAX:
        algorithm = RSA_PSS[method]
        salted = padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)
        key.verify(value, data, salted, algorithm)
    elif method in ECDSA and isinstance(key, ec.EllipticCurvePublicKey):
        half = len(value) // 2
        first, second = (int.from_bytes(part) for part in (value[:half], value[half:]))
        key.verify(encode_dss_signature(first, second), data, ec.ECDSA(ECDSA[method]))
    elif method not in RSA | RSA_PSS | ECDSA:
        raise Unchecked("algorithm")
    else:
        return False
    return True


def _name(certificate: x509.Certificate) -> str:
    """Who the certificate says it is for; nobody here knows whether that is so."""
    try:
        rows = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    except ValueError:
        return ""
    name = str(rows[0].value)[:SIGNER_CHARS_MAX] if rows else ""
    return "".join(shown(char) for char in name) if not name.isprintable() else name
