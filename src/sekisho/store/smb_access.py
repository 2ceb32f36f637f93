"""How a share is reached, and what the errors of `smbprotocol` mean for a store, in our codes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import smbclient  # type: ignore[import-untyped]
from smbprotocol.connection import Connection  # type: ignore[import-untyped]
from smbprotocol.exceptions import (  # type: ignore[import-untyped]
    SMBAuthenticationError,
    SMBConnectionClosed,
    SMBOSError,
)
from smbprotocol.header import NtStatus  # type: ignore[import-untyped]

from sekisho.kernel.errors import Refused, SekishoError, Unavailable
from sekisho.store.faults import from_os_error
from sekisho.store.protocol import NotThere

CONNECT_SECONDS_MAX = 10
ANSWER_SECONDS_MAX = 60
"""For one answer of the server; a block goes over in many requests."""

# Statuses that the library has no name for: MS-ERREF section 2.3.1.
_ACCOUNT_DISABLED = 0xC0000072
_ACCOUNT_LOCKED_OUT = 0xC0000234
_QUOTA_EXCEEDED = 0xC0000044

_BAD_CREDENTIALS = frozenset(
    {
        NtStatus.STATUS_LOGON_FAILURE,
        NtStatus.STATUS_WRONG_PASSWORD,
        NtStatus.STATUS_PASSWORD_EXPIRED,
        _ACCOUNT_DISABLED,
        _ACCOUNT_LOCKED_OUT,
    }
)
_LOST = frozenset(
    {
        NtStatus.STATUS_USER_SESSION_DELETED,
        NtStatus.STATUS_NETWORK_NAME_DELETED,
        NtStatus.STATUS_FILE_CLOSED,
    }
)
_BUSY = frozenset({NtStatus.STATUS_SHARING_VIOLATION, NtStatus.STATUS_DELETE_PENDING})


@dataclass(frozen=True)
class ShareAccess:
    """Where the share is and who opens it. `folder` is a path in the share, or empty."""

    server: str
    share: str
    username: str
    password: str
    folder: str = ""
    port: int = 445
    encrypt: bool = True

    def describe(self) -> str:
        """The share in one line, without secrets."""
        return f"share {self.root}"

    @property
    def root(self) -> str:
        """The folder of the store as a UNC path."""
        inner = [part for part in self.folder.replace("/", "\\").split("\\") if part]
        return "\\".join(["\\", self.server, self.share, *inner])

    def __repr__(self) -> str:
        return f"<{self.describe()}>"


class BoundedConnection(Connection):  # type: ignore[misc]
    """A connection on which no call waits for ever and the server cannot send us elsewhere."""

    def receive(
        self,
        request: Any,
        wait: bool = True,
        timeout: float | None = None,
        resolve_symlinks: bool = True,
    ) -> Any:
        return super().receive(request, wait, timeout or ANSWER_SECONDS_MAX, False)


def connect(access: ShareAccess) -> dict[str, Any]:
    """The keyword arguments that every call of `smbclient` takes, with a connection made.

    Raises what `coded_error` translates.
    """
    connection = BoundedConnection(uuid.uuid4(), access.server, access.port, require_signing=True)
    connection.connect(timeout=CONNECT_SECONDS_MAX)
    options = {
        "username": access.username,
        "password": access.password,
        "port": access.port,
        "encrypt": True if access.encrypt else None,
        "connection_cache": {f"{access.server.lower()}:{access.port}": connection},
    }
    smbclient.register_session(access.server, **options)
    return options


def disconnect(options: dict[str, Any]) -> None:
    """Let go of a connection that may be dead already."""
    smbclient.reset_connection_cache(
        fail_on_error=False, connection_cache=options["connection_cache"]
    )


def status_of(error: Exception) -> int | None:
    """The NTSTATUS that the server answered with, if it did answer."""
    return getattr(error, "ntstatus", None) or getattr(error, "status", None)


def is_lost(error: Exception) -> bool:
    """Whether the connection broke, so that the same call may go through on a new one."""
    return isinstance(error, (SMBConnectionClosed, ConnectionError)) or status_of(error) in _LOST


def coded_error(error: Exception, name: str, access: ShareAccess) -> SekishoError:
    """The coded error for what the client or the server said about the object `name`."""
    if isinstance(error, FileNotFoundError):
        return NotThere(name)
    where = access.describe()
    status = status_of(error)
    if status in _BAD_CREDENTIALS or isinstance(error, SMBAuthenticationError):
        return Refused("SKS-S011", store=where, reason="user name or password")
    if status == NtStatus.STATUS_ACCESS_DENIED:
        return Refused("SKS-S008", store=where, name=name)
    if status in (NtStatus.STATUS_BAD_NETWORK_NAME, NtStatus.STATUS_NOT_FOUND):
        return Refused("SKS-S012", store=where, reason=access.share)
    if status in (NtStatus.STATUS_DISK_FULL, _QUOTA_EXCEEDED):
        return Unavailable("SKS-S009", store=where)
    reason = (str(error).splitlines() or [""])[0][:300]
    if status is None or is_lost(error):
        return Unavailable("SKS-S007", store=where, reason=reason)
    if isinstance(error, SMBOSError) and error.errno and status not in _BUSY:
        return from_os_error(error, name, where)
    return Unavailable("SKS-S010", store=where, reason=reason)
