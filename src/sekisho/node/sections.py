"""The sections of a node's settings, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class KeySettings:
    """How many keys to offer each peer, and when to offer more."""

    one_time: int = 200
    low_water: int = 50
    days: int = 14


@dataclass(frozen=True)
class WorkSettings:
    """How the worker works."""

    threads: int = 2
    batch: int = 32
    interval_seconds: int = 5
    keep_hours: int = 24


@dataclass(frozen=True)
class DisarmSettings:
    """How files are disarmed: how many at once, what a child must at least be kept from (`full`,
    `partial` or `none`), the socket of ClamAV and the folder of YARA rules, if there are any."""

    children: int = 2
    minimum: str = "partial"
    clamd: str = ""
    yara_rules: Path | None = None


@dataclass(frozen=True)
class WebSettings:
    """Where pages are served, under which names, and how long somebody stays signed in.

    Without `certificate` the node's own certificate authority makes one for `names`.
    """

    host: str = "127.0.0.1"
    port: int = 8443
    names: tuple[str, ...] = ()
    workers: int = 1
    threads: int = 8
    tls: bool = True
    certificate: Path | None = None
    private_key: Path | None = None
    client_ca: Path | None = None
    idle_minutes: int = 30
    session_hours: int = 10


@dataclass(frozen=True)
class UploadSettings:
    """What browsers may bring: days until an untouched draft is erased, the drafts' files of one
    person together, room that must stay free on the disk of the vault, the largest file that is
    inspected as soon as it is there, submissions that run at once."""

    draft_days: int = 14
    quota_mib: int = 20 * 1024
    floor_mib: int = 1024
    inspect_mib: int = 32
    runners: int = 2


@dataclass(frozen=True)
class BackupSettings:
    """Where backups go, where their keys go, the public half that the keys are sealed to, and
    after how many days a backup and its keys are removed (0: never), and after how many hours
    without a new one administrators are alerted (0: never)."""

    to: Path | None = None
    keys_to: Path | None = None
    recovery_key: Path | None = None
    keep_days: int = 30
    late_hours: int = 48


@dataclass(frozen=True)
class MailSettings:
    """The mail server; without a host no mail is sent. `link` is the address of our own pages,
    `digest_hour` when daily mails leave, in Japan's time."""

    host: str = ""
    port: int = 587
    security: str = "starttls"
    ca_file: Path | None = None
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    link: str = ""
    digest_hour: int = 7
