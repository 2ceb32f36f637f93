"""A Samba server with one share on a high loopback port, for tests that need a real SMB server."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.ports import free_ports, running, wait_until_it_listens

START_SECONDS_MAX = 30
SHARE = "store"
USER = "nobody"

_CONFIGURATION = """\
[global]
workgroup = SEKISHO
server role = standalone server
netbios name = SEKISHO
disable netbios = yes
smb ports = {port}
interfaces = 127.0.0.1
bind interfaces only = yes
server min protocol = SMB3
map to guest = never
load printers = no
disable spoolss = yes
log file = {folder}/log
private dir = {folder}/private
lock directory = {folder}/lock
state directory = {folder}/state
cache directory = {folder}/cache
pid directory = {folder}/pid
ncalrpc dir = {folder}/ncalrpc
passdb backend = tdbsam:{folder}/private/passdb.tdb
[{share}]
path = {folder}/share
read only = no
"""


@dataclass(frozen=True)
class SambaServer:
    """`folder` is the share as this machine sees it on its own disk."""

    server: str
    port: int
    share: str
    username: str
    password: str
    folder: Path


def why_not() -> str | None:
    """The reason why there can be no Samba here, or None."""
    if importlib.util.find_spec("smbclient") is None:
        return "smbprotocol is not installed"
    if shutil.which("smbd") is None or shutil.which("pdbedit") is None:
        return "smbd and pdbedit (Debian package samba) are not installed"
    if os.geteuid() != 0:
        return "smbd changes users, so it needs root"
    return None


@contextmanager
def samba(folder: Path) -> Iterator[SambaServer]:
    """The server for the length of the block; everything of it lies in `folder`.

    Other users must be able to reach `folder`, which a folder of pytest does not let them.
    """
    (port,) = free_ports(1)
    server = SambaServer("127.0.0.1", port, SHARE, USER, "samba-pw", folder / "share")
    configuration = folder / "smb.conf"
    configuration.write_text(_CONFIGURATION.format(port=port, folder=folder, share=SHARE))
    for name in ("share", "private", "lock", "state", "cache", "pid", "ncalrpc"):
        (folder / name).mkdir()
    shutil.chown(server.folder, USER)
    folder.chmod(0o711)  # The share's user has to get through to the share.
    subprocess.run(
        ["pdbedit", "-s", str(configuration), "-a", "-u", USER, "-t"],
        input=f"{server.password}\n{server.password}\n".encode(),
        check=True,
        capture_output=True,
    )
    log = folder / "smbd.log"
    command = ["smbd", "-s", str(configuration), "--foreground", "--no-process-group"]
    with running(command, log) as process:
        wait_until_it_listens(port, process, log, START_SECONDS_MAX)
        yield server
