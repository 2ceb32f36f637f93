"""The node's own certificate authority for its pages, and the certificate it gives itself.

X.509 v3 after RFC 5280 with ECDSA on P-384: browsers know no post-quantum certificate yet. The
authority's certificate is what the IT office distributes to the terminals (by group policy), so
that browsers trust the pages without asking anybody outside.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sekisho.kernel.errors import Broken
from sekisho.node.web_secrets import FOLDER
from sekisho.seal import keyfiles

AUTHORITY_DAYS = 3_650
SERVER_DAYS = 397
"""No browser takes a server certificate for longer (CA/Browser Forum baseline, 6.3.2)."""
RENEW_BEFORE = timedelta(days=60)
CLOCK_SLACK = timedelta(hours=1)
_CURVE = ec.SECP384R1()


@dataclass(frozen=True)
class Certificate:
    """Where a certificate and its private key lie, for whom and until when it holds."""

    certificate: Path
    private_key: Path
    names: tuple[str, ...]
    until: datetime


def authority(keys_folder: Path, title: str, now: datetime) -> Certificate:
    """The node's certificate authority, made at first use. Raises as `keyfiles` does."""
    folder = keys_folder / FOLDER
    keyfiles.make_folder(folder)
    certificate, private_key = folder / "authority.crt", folder / "authority.key"
    if not certificate.exists():
        key = ec.generate_private_key(_CURVE)
        made = _authority_certificate(key, title, now)
        keyfiles.replace(private_key, _pem(key))
        keyfiles.write_new(certificate, made.public_bytes(serialization.Encoding.PEM))
    return _described(certificate, private_key)


def server_certificate(
    keys_folder: Path, title: str, names: Sequence[str], now: datetime
) -> Certificate:
    """A certificate for these host names and addresses: the one that is there, or a new one when
    it lacks a name or ends soon. The file holds the authority's certificate as well.
    """
    issuer = authority(keys_folder, title, now)
    folder = keys_folder / FOLDER
    certificate, private_key = folder / "server.crt", folder / "server.key"
    if certificate.exists():
        there = _described(certificate, private_key)
        if set(names) <= set(there.names) and now < there.until - RENEW_BEFORE:
            return there
    key = ec.generate_private_key(_CURVE)
    signer = x509.load_pem_x509_certificate(keyfiles.read(issuer.certificate))
    signing = _private_key(issuer.private_key)
    made = _server_certificate(key, signer, signing, names, now)
    keyfiles.replace(private_key, _pem(key))
    keyfiles.replace(
        certificate,
        made.public_bytes(serialization.Encoding.PEM) + keyfiles.read(issuer.certificate),
    )
    return _described(certificate, private_key)


def fingerprint(certificate: Path) -> str:
    """SHA-256 of a certificate, as browsers show it."""
    found = x509.load_pem_x509_certificate(certificate.read_bytes())
    digits = found.fingerprint(hashes.SHA256()).hex().upper()
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))


def _private_key(file: Path) -> ec.EllipticCurvePrivateKey:
    """Raises Broken SKS-N004 for a file that holds anything else."""
    found = serialization.load_pem_private_key(keyfiles.read(file), None)
    if not isinstance(found, ec.EllipticCurvePrivateKey):
        raise Broken("SKS-N004", file=str(file), reason="no ECDSA key")
    return found


def _described(certificate: Path, private_key: Path) -> Certificate:
    found = x509.load_pem_x509_certificate(keyfiles.read(certificate))
    try:
        said = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = tuple(str(one.value) for one in said)
    except x509.ExtensionNotFound:
        names = ()
    return Certificate(certificate, private_key, names, found.not_valid_after_utc)


def _authority_certificate(
    key: ec.EllipticCurvePrivateKey, title: str, now: datetime
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Sekisho {title}"[:64])])
    usage = _key_usage(sign_certificates=True)
    return (
        _begun(key, name, name, now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA384())
    )


def _server_certificate(
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate,
    signing: ec.EllipticCurvePrivateKey,
    names: Sequence[str],
    now: datetime,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    of_issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
    return (
        _begun(key, subject, issuer.subject, now, SERVER_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(sign_certificates=False), critical=True)
        .add_extension(purpose, critical=False)
        .add_extension(of_issuer, critical=False)
        .add_extension(
            x509.SubjectAlternativeName([_general_name(one) for one in dict.fromkeys(names)]),
            critical=False,
        )
        .sign(signing, hashes.SHA384())
    )


def _begun(
    key: ec.EllipticCurvePrivateKey, subject: x509.Name, issuer: x509.Name, now: datetime, days: int
) -> x509.CertificateBuilder:
    of_key = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SLACK)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(of_key, critical=False)
    )


def _key_usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
