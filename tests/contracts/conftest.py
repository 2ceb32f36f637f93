"""The stores that the contract suite runs on, and the servers behind them."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.contracts import store_cases as cases
from tests.contracts.store_cases import StoreCase
from tests.support import samba as samba_server_module
from tests.support import seaweedfs as seaweedfs_module
from tests.support.parts import need
from tests.support.samba import SambaServer
from tests.support.seaweedfs import S3Server

KINDS = (
    "folder",
    "folder-other-file-system",
    "folder-by-renames",
    "folder-without-faults",
    "s3-seaweedfs",
    "s3-that-overwrites",
    "smb-samba",
)


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    if reason := seaweedfs_module.why_not():
        need("SeaweedFS", reason)
    with seaweedfs_module.seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as server:
        yield server


@pytest.fixture(scope="session")
def smb_server() -> Iterator[SambaServer]:
    if reason := samba_server_module.why_not():
        need("Samba", reason)
    with (
        tempfile.TemporaryDirectory(prefix="samba-") as folder,
        samba_server_module.samba(Path(folder)) as server,
    ):
        yield server


@pytest.fixture(params=KINDS)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreCase]:
    with contextlib.ExitStack() as stack:
        match request.param:
            case "folder":
                made = cases.folder_case(tmp_path / "store")
            case "folder-other-file-system":
                made = stack.enter_context(cases.other_file_system_case())
            case "folder-by-renames":
                made = cases.folder_by_renames_case(tmp_path / "store")
            case "folder-without-faults":
                made = cases.without_faults_case(tmp_path / "store")
            case "s3-seaweedfs":
                made = cases.s3_case(request.getfixturevalue("s3_server"))
            case "s3-that-overwrites":
                made = stack.enter_context(cases.overwriting_s3_case())
            case _:
                made = cases.smb_case(request.getfixturevalue("smb_server"))
        yield cases.with_place_of_its_own(made)
