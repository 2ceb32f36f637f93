"""How a bucket is reached, and what the errors of `obstore` mean for a store, in our own codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from obstore import exceptions
from obstore.store import S3Store

from sekisho.kernel.errors import Refused, SekishoError, Unavailable
from sekisho.store.protocol import NotThere

if TYPE_CHECKING:
    from obstore.store import ClientConfig, S3Credential

CONNECT_SECONDS_MAX = 5
REQUEST_SECONDS_MAX = 120
"""For one whole request: 64 MiB on a line of 5 Mbit/s."""

RETRIES_MAX = 3
RETRY_SECONDS_MAX = 60
"""No retry is begun this long after the first attempt."""

_BAD_CREDENTIALS = (
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "RequestTimeTooSkewed",
    "ExpiredToken",
    "InvalidToken",
)
_FULL = ("InsufficientStorage", "QuotaExceeded", "StorageFull", "507 Insufficient")


@dataclass(frozen=True)
class S3Access:
    """Where the bucket is and with which key it is opened. `root_certificate` is PEM or empty."""

    url: str
    bucket: str
    access_key_id: str
    secret_access_key: str
    region: str = "us-east-1"
    root_certificate: bytes = b""
    allow_http: bool = False

    def describe(self) -> str:
        """The bucket in one line, without secrets."""
        return f"bucket {self.bucket} at {self.url}"

    def __repr__(self) -> str:
        return f"<{self.describe()}>"


def connect(access: S3Access) -> S3Store:
    """A client for the bucket; it makes no connection yet and looks for no other credentials."""
    client: ClientConfig = {
        "allow_http": access.allow_http,
        "connect_timeout": timedelta(seconds=CONNECT_SECONDS_MAX),
        "timeout": timedelta(seconds=REQUEST_SECONDS_MAX),
    }
    if access.root_certificate:
        client["root_certificate"] = access.root_certificate
    # Every choice is made here: the client would take what is left open from AWS_* variables, and
    # one of those sends everything to another server.
    return S3Store(
        access.bucket,
        endpoint=access.url,
        aws_endpoint_url_s3=access.url,
        region=access.region,
        credential_provider=lambda: _credential(access),
        skip_signature=False,
        unsigned_payload=False,
        s3_express=False,
        conditional_put="etag",
        virtual_hosted_style_request=False,
        # Bulk deletion is not known to every server; single deletions are.
        disable_bulk_delete=True,
        client_options=client,
        retry_config={
            "max_retries": RETRIES_MAX,
            "retry_timeout": timedelta(seconds=RETRY_SECONDS_MAX),
        },
    )


def _credential(access: S3Access) -> S3Credential:
    return {
        "access_key_id": access.access_key_id,
        "secret_access_key": access.secret_access_key,
        "token": None,
        "expires_at": None,
    }


def coded_error(error: Exception, name: str, access: S3Access) -> SekishoError:
    """The coded error for what the client said about the object `name`."""
    words = str(error).partition("\n\nDebug source")[0]
    where = access.describe()
    if "NoSuchBucket" in words:
        return Refused("SKS-S012", store=where, reason=access.bucket)
    if isinstance(error, FileNotFoundError):
        return NotThere(name)
    bad = next((code for code in _BAD_CREDENTIALS if code in words), None)
    if bad or isinstance(error, exceptions.UnauthenticatedError):
        return Refused("SKS-S011", store=where, reason=bad or "401")
    if "AccessDenied" in words or isinstance(error, exceptions.PermissionDeniedError):
        return Refused("SKS-S008", store=where, name=name)
    if any(sign in words for sign in _FULL):
        return Unavailable("SKS-S009", store=where)
    reason = words.partition("\n")[0][:300]
    if "non-2xx" not in words and isinstance(error, exceptions.GenericError):
        return Unavailable("SKS-S007", store=where, reason=reason)
    return odd(reason, access)


def odd(reason: str, access: S3Access) -> Unavailable:
    """An answer that the S3 protocol does not provide for."""
    return Unavailable("SKS-S010", store=access.describe(), reason=reason)
