"""A node's settings: one TOML file, some values overridden by the environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sekisho.kernel.errors import InvalidInput, Unavailable
from sekisho.kernel.ids import check_node_name
from sekisho.kernel.signing import SUITES
from sekisho.node.sections import (
    BackupSettings,
    DisarmSettings,
    KeySettings,
    MailSettings,
    UploadSettings,
    WebSettings,
    WorkSettings,
)
from sekisho.node.setting_checks import bounded as _bounded
from sekisho.node.setting_checks import choice as _choice
from sekisho.node.setting_checks import secret as _secret
from sekisho.node.sign_in_settings import (
    SIGN_IN_SHAPE,
    LdapSettings,
    OidcSettings,
    SignInSettings,
    read_ldap,
    read_oidc,
    read_sign_in,
)
from sekisho.node.toml_settings import read_toml
from sekisho.office.flows.thresholds import BOUNDS as FLOW_BOUNDS
from sekisho.office.flows.thresholds import Thresholds
from sekisho.seal.prekeybatch import DAYS_MAX, ONE_TIME_MAX
from sekisho.seal.prekeys import RENEW_BEFORE
from sekisho.store.opening import KINDS, StoreSettings

FILE_NAME = "sekisho.toml"
PORTS = (1, 65_535)
KEY_BOUNDS = {
    "one_time": (1, ONE_TIME_MAX),
    "low_water": (1, ONE_TIME_MAX),
    # With fewer days every batch would be due for renewal as soon as it is made.
    "days": (RENEW_BEFORE.days + 1, DAYS_MAX),
}
BACKUP_BOUNDS = {"keep_days": (0, 400), "late_hours": (0, 8_760)}
HOURS = (0, 23)
MAIL_PORTS = {"starttls": 587, "tls": 465, "none": 25}
MAIL_SECURITY = tuple(MAIL_PORTS)
DISARM_LEVELS = ("full", "partial", "none")
DISARM_CHILDREN = (1, 64)
WEB_BOUNDS = {
    "port": PORTS,
    "workers": (1, 64),
    "threads": (1, 256),
    "idle_minutes": (1, 1_440),
    "session_hours": (1, 168),
}
WORK_BOUNDS = {
    "threads": (1, 64),
    "batch": (1, 1_000),
    "interval_seconds": (1, 86_400),
    "keep_hours": (1, 10_000),
}
UPLOAD_BOUNDS = {
    "draft_days": (1, 365),
    "quota_mib": (1, 16 * 1024 * 1024),
    "floor_mib": (0, 16 * 1024 * 1024),
    "inspect_mib": (0, 512),
    "runners": (1, 16),
}
ENVIRONMENT_PREFIX = "SEKISHO_"
SHAPE: dict[str, dict[str, type]] = {
    "node": {"name": str, "zone": str, "title": str, "suite": str},
    "database": {
        "kind": str,
        "path": str,
        "host": str,
        "port": int,
        "name": str,
        "user": str,
        "password_file": str,
    },
    "store": {
        "kind": str,
        "store_id": str,
        "path": str,
        "url": str,
        "bucket": str,
        "region": str,
        "ca_file": str,
        "allow_http": bool,
        "server": str,
        "share": str,
        "folder": str,
        "port": int,
        "encrypt": bool,
        "credentials_file": str,
    },
    "vault": {"path": str, "rotate_hours": int},
    "keys": {"path": str, "one_time": int, "low_water": int, "days": int},
    "disarm": {"children": int, "minimum": str, "clamd": str, "yara_rules": str},
    "work": {"threads": int, "batch": int, "interval_seconds": int, "keep_hours": int},
    "web": {
        "host": str,
        "port": int,
        "names": str,
        "workers": int,
        "threads": int,
        "tls": bool,
        "certificate": str,
        "private_key": str,
        "client_ca": str,
        "idle_minutes": int,
        "session_hours": int,
    },
    "uploads": dict.fromkeys(UPLOAD_BOUNDS, int),
    "backup": {"to": str, "keys_to": str, "recovery_key": str, **dict.fromkeys(BACKUP_BOUNDS, int)},
    "mail": {
        "host": str,
        "port": int,
        "security": str,
        "ca_file": str,
        "user": str,
        "password_file": str,
        "from": str,
        "link": str,
        "digest_hour": int,
    },
    "flows": dict.fromkeys(FLOW_BOUNDS, int),
    **SIGN_IN_SHAPE,
}


@dataclass(frozen=True)
class NodeSettings:
    """Everything a node is told from outside; paths are absolute."""

    folder: Path
    name: str
    zone: str
    title: str
    suite: str
    database: Mapping[str, Any]
    store: StoreSettings
    vault: Path
    rotate_hours: int
    keys_folder: Path
    keys: KeySettings
    work: WorkSettings
    disarm: DisarmSettings = field(default_factory=DisarmSettings)
    web: WebSettings = field(default_factory=WebSettings)
    uploads: UploadSettings = field(default_factory=UploadSettings)
    backup: BackupSettings = field(default_factory=BackupSettings)
    mail: MailSettings = field(default_factory=MailSettings)
    flows: Thresholds = field(default_factory=Thresholds)
    sign_in: SignInSettings = field(default_factory=SignInSettings)
    ldap: LdapSettings | None = None
    oidc: OidcSettings | None = None


def load_settings(folder: Path, environment: Mapping[str, str]) -> NodeSettings:
    """The settings in `folder/sekisho.toml`; `SEKISHO_STORE_PATH` overrides `store.path`, etc.

    Raises Unavailable SKS-C004 (no such file) or InvalidInput SKS-C001 to SKS-C003, SKS-C005.
    """
    file = folder / FILE_NAME
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable("SKS-C004", file=str(file), reason=str(error)) from None
    found = read_toml(text, str(file), SHAPE)
    _override(found, environment)
    return _settings(folder.resolve(), found)


def _override(found: dict[str, dict[str, Any]], environment: Mapping[str, str]) -> None:
    for section, keys in SHAPE.items():
        for key, kind in keys.items():
            name = f"{ENVIRONMENT_PREFIX}{section}_{key}".upper()
            if name in environment:
                found[section][key] = _typed(name, environment[name], kind)


def _typed(name: str, text: str, kind: type) -> Any:
    if kind is str:
        return text
    if kind is bool and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind is int and text.isascii() and text.isdigit():
        return int(text)
    raise InvalidInput("SKS-C003", file="environment", line=0, key=name, expected=kind.__name__)


def _settings(folder: Path, found: dict[str, dict[str, Any]]) -> NodeSettings:
    node = found["node"]
    name = check_node_name(str(node.get("name", "")))
    keys = dict(found["keys"])
    vault = found["vault"]
    return NodeSettings(
        folder=folder,
        name=name,
        zone=node.get("zone", name),
        title=node.get("title", name),
        suite=_choice("node.suite", node.get("suite", "S1"), tuple(SUITES)),
        database=_database(folder, found["database"]),
        store=_store(folder, found["store"]),
        vault=folder / vault.get("path", "vault"),
        rotate_hours=_bounded("vault.rotate_hours", vault.get("rotate_hours", 24), 0, 8_760),
        keys_folder=folder / keys.pop("path", "keys"),
        keys=KeySettings(**{k: _bounded(f"keys.{k}", v, *KEY_BOUNDS[k]) for k, v in keys.items()}),
        work=WorkSettings(
            **{k: _bounded(f"work.{k}", v, *WORK_BOUNDS[k]) for k, v in found["work"].items()}
        ),
        disarm=_disarm(folder, found["disarm"]),
        web=_web(folder, found["web"]),
        uploads=UploadSettings(
            **{
                k: _bounded(f"uploads.{k}", v, *UPLOAD_BOUNDS[k])
                for k, v in found["uploads"].items()
            }
        ),
        flows=Thresholds(
            **{k: _bounded(f"flows.{k}", v, *FLOW_BOUNDS[k]) for k, v in found["flows"].items()}
        ),
        backup=_backup(folder, found["backup"]),
        mail=_mail(folder, found["mail"]),
        sign_in=read_sign_in(found["sign_in"]),
        ldap=read_ldap(folder, found["ldap"]),
        oidc=read_oidc(folder, found["oidc"]),
    )


def _backup(folder: Path, found: dict[str, Any]) -> BackupSettings:
    places = {key: folder / found[key] for key in ("to", "keys_to", "recovery_key") if key in found}
    counts = {
        key: _bounded(f"backup.{key}", found[key], *bounds)
        for key, bounds in BACKUP_BOUNDS.items()
        if key in found
    }
    return BackupSettings(**places, **counts)


def _mail(folder: Path, found: dict[str, Any]) -> MailSettings:
    usual = MailSettings()
    security = _choice("mail.security", found.get("security", usual.security), MAIL_SECURITY)
    ca_file = found.get("ca_file")
    sender = found.get("from", "")
    if (found.get("host") and "@" not in sender) or not sender.isprintable():
        value = ascii(sender)[1:81]
        raise InvalidInput("SKS-C005", key="mail.from", value=value, allowed="name@example.lg.jp")
    return MailSettings(
        host=found.get("host", usual.host),
        port=_bounded("mail.port", found.get("port", MAIL_PORTS[security]), *PORTS),
        security=security,
        ca_file=folder / ca_file if ca_file else None,
        user=found.get("user", usual.user),
        password=_secret(folder, found),
        sender=found.get("from", usual.sender),
        link=found.get("link", usual.link),
        digest_hour=_bounded("mail.digest_hour", found.get("digest_hour", 7), *HOURS),
    )


def _web(folder: Path, found: dict[str, Any]) -> WebSettings:
    values = dict(found)
    for key, bounds in WEB_BOUNDS.items():
        if key in values:
            _bounded(f"web.{key}", values[key], *bounds)
    for key in ("certificate", "private_key", "client_ca"):
        if key in values:
            values[key] = folder / values[key]
    if "names" in values:
        values["names"] = tuple(one for one in re.split(r"[,\s]+", values["names"]) if one)
    if ("certificate" in values) != ("private_key" in values):
        raise InvalidInput(
            "SKS-C005",
            key="web.certificate",
            value=str(values.get("certificate", "")),
            allowed="certificate + private_key",
        )
    return WebSettings(**values)


def _disarm(folder: Path, found: dict[str, Any]) -> DisarmSettings:
    usual, rules = DisarmSettings(), found.get("yara_rules")
    children = found.get("children", usual.children)
    minimum = found.get("minimum", usual.minimum)
    return DisarmSettings(
        children=_bounded("disarm.children", children, *DISARM_CHILDREN),
        minimum=_choice("disarm.minimum", minimum, DISARM_LEVELS),
        clamd=found.get("clamd", usual.clamd),
        yara_rules=folder / rules if rules else None,
    )


def _database(folder: Path, found: dict[str, Any]) -> dict[str, Any]:
    kind = _choice("database.kind", found.get("kind", "sqlite"), ("sqlite", "postgresql"))
    if kind == "sqlite":
        return {"kind": kind, "path": folder / found.get("path", "office.db")}
    return {
        "kind": kind,
        "host": found.get("host", "/var/run/postgresql"),
        "port": _bounded("database.port", found.get("port", 5432), *PORTS),
        "name": found.get("name", "sekisho"),
        "user": found.get("user", "sekisho"),
        "password": _secret(folder, found),
    }


def _store(folder: Path, found: dict[str, Any]) -> StoreSettings:
    values = dict(found)
    kind = _choice("store.kind", values.pop("kind", "folder"), KINDS)
    for key in ("path", "ca_file", "credentials_file"):
        if key in values:
            values[key] = folder / values[key]
    if "port" in values:
        _bounded("store.port", values["port"], *PORTS)
    return StoreSettings(kind=kind, **values)
