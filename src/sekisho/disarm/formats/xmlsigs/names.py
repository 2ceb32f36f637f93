"""Names of XML signatures, and the algorithms that are read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Protocol

from cryptography.hazmat.primitives import hashes


class Hash(Protocol):
    """A digest in the making."""

    def digest(self) -> bytes: ...


DS = "{http://www.w3.org/2000/09/xmldsig#}"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_MORE_2007 = "http://www.w3.org/2007/05/xmldsig-more#"
_ENC = "http://www.w3.org/2001/04/xmlenc#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
BASE64 = "http://www.w3.org/2000/09/xmldsig#base64"
INCLUSIVE_PREFIXES = "{http://www.w3.org/2001/10/xml-exc-c14n#}InclusiveNamespaces"

DIGESTS: dict[str, Callable[[bytes], Hash]] = {
    f"{_ENC}sha256": hashlib.sha256,
    f"{_MORE}sha384": hashlib.sha384,
    f"{_ENC}sha512": hashlib.sha512,
}
"""SHA-1 is not among them: whoever can find two texts of one digest can have one signed."""

_SHA256, _SHA384, _SHA512 = hashes.SHA256(), hashes.SHA384(), hashes.SHA512()

RSA: dict[str, hashes.HashAlgorithm] = {
    f"{_MORE}rsa-sha256": _SHA256,
    f"{_MORE}rsa-sha384": _SHA384,
    f"{_MORE}rsa-sha512": _SHA512,
}
RSA_PSS: dict[str, hashes.HashAlgorithm] = {
    f"{_MORE_2007}sha256-rsa-MGF1": _SHA256,
    f"{_MORE_2007}sha384-rsa-MGF1": _SHA384,
    f"{_MORE_2007}sha512-rsa-MGF1": _SHA512,
}
ECDSA: dict[str, hashes.HashAlgorithm] = {
    f"{_MORE}ecdsa-sha256": _SHA256,
    f"{_MORE}ecdsa-sha384": _SHA384,
    f"{_MORE}ecdsa-sha512": _SHA512,
}

CANONICAL: dict[str, tuple[bool, bool]] = {
    # Algorithm → whether it is exclusive, whether comments stay
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315": (False, False),
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments": (False, True),
    "http://www.w3.org/2001/10/xml-exc-c14n#": (True, False),
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments": (True, True),
}
