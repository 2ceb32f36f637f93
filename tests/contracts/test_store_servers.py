"""How real servers refuse, and what we make of it: passwords, rights, wrong and lost places."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import smbclient
from smbprotocol.exceptions import SMBOSError
from smbprotocol.header import NtStatus
from tests.contracts.store_cases import NOW, s3_case, smb_case, with_place_of_its_own
from tests.support.samba import SambaServer
from tests.support.seaweedfs import NARROW_NODE, S3Server

from sekisho.kernel.errors import Refused, Unavailable
from sekisho.store import smb_access
from sekisho.store.marker import Marker, write_marker
from sekisho.store.opening import StoreSettings, create_store, open_store
from sekisho.store.s3 import BucketStore
from sekisho.store.s3_access import S3Access
from sekisho.store.smb import ShareStore
from sekisho.store.smb_access import ShareAccess


def access_of(server: S3Server) -> S3Access:
    return S3Access(server.url, server.bucket, server.key, server.secret, allow_http=True)


def share_of(server: SambaServer) -> ShareAccess:
    user = (server.username, server.password)
    return ShareAccess(server.server, server.share, *user, "受け渡し", server.port)


def test_a_node_may_write_below_its_own_name_only(s3_server: S3Server) -> None:
    case = s3_case(s3_server)
    narrow = BucketStore(
        replace(
            access_of(s3_server),
            access_key_id=s3_server.narrow_key,
            secret_access_key=s3_server.narrow_secret,
        )
    )
    mine = f"nodes/{NARROW_NODE}/handover/00000001"
    theirs = "nodes/kikaku/handover/00000001"
    assert narrow.put(mine, b"mine")
    case.store.put(theirs, b"theirs")
    assert narrow.get(theirs, 100) == b"theirs"
    assert {one.name for one in narrow.list("nodes/")} >= {mine, theirs}
    for forbidden in (
        lambda: narrow.put("nodes/kikaku/handover/00000002", b"x"),
        lambda: narrow.delete(theirs),
    ):
        with pytest.raises(Refused) as refused:
            forbidden()
        assert refused.value.code == "SKS-S008"
    narrow.delete(mine)
    case.store.delete(theirs)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"access_key_id": "nobody"}, "SKS-S011"),
        ({"secret_access_key": "wrong"}, "SKS-S011"),
        ({"bucket": "no-such-bucket"}, "SKS-S012"),
    ],
)
def test_a_bucket_that_refuses(s3_server: S3Server, change: dict[str, str], code: str) -> None:
    store = BucketStore(replace(access_of(s3_server), **change))
    for call in (
        lambda: store.get("x", 1),
        lambda: store.put("x", b""),
        lambda: list(store.list("")),
    ):
        with pytest.raises(Refused) as refused:
            call()
        assert refused.value.code == code
        assert "wrong" not in str(refused.value)


def test_a_bucket_of_another_store(s3_server: S3Server) -> None:
    s3_case(s3_server)
    store = BucketStore(access_of(s3_server), "st_" + "a" * 26)
    with pytest.raises(Refused) as refused:
        store.get("x", 1)
    assert refused.value.code == "SKS-S005"


def test_a_store_is_made_once(s3_server: S3Server, smb_server: SambaServer) -> None:
    s3_case(s3_server), smb_case(smb_server)
    marker = write_marker(Marker("st_" + "b" * 26, NOW))
    assert BucketStore(access_of(s3_server)).lay_marker(marker) is False
    assert ShareStore(share_of(smb_server)).lay_marker(marker) is False


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        ({"password": "wrong"}, Refused, "SKS-S011"),
        ({"username": "no-such-user"}, Refused, "SKS-S011"),
        ({"share": "no-such-share"}, Refused, "SKS-S012"),
        ({"folder": "なし"}, Unavailable, "SKS-S004"),
        ({"port": 1}, Unavailable, "SKS-S007"),
    ],
)
def test_a_share_that_refuses(
    smb_server: SambaServer, change: dict[str, object], error: type[Exception], code: str
) -> None:
    store = ShareStore(replace(share_of(smb_server), **change))
    with pytest.raises(error) as refused:
        store.get("x", 1)
    assert refused.value.code == code
    assert smb_server.password not in str(refused.value)


def test_a_share_without_write_permission(smb_server: SambaServer) -> None:
    case = smb_case(smb_server)
    read_only = smb_server.folder / "受け渡し" / "closed"
    read_only.mkdir(exist_ok=True)
    with pytest.raises(Refused) as refused:
        case.store.put("closed/x", b"x")
    assert refused.value.code == "SKS-S008"
    read_only.rmdir()


def test_a_dropped_connection_is_made_anew(smb_server: SambaServer) -> None:
    case = with_place_of_its_own(smb_case(smb_server))
    store = ShareStore(share_of(smb_server))
    store.put(case.name("before"), b"x")
    (connection,) = store._connected()["connection_cache"].values()
    connection.transport.close()
    assert store.get(case.name("before"), 10) == b"x"
    store.close()
    assert store.put(case.name("after"), b"y")
    store.close()


def test_renames_are_used_where_a_server_has_no_links(
    smb_server: SambaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown_here(source: str, *_: object, **__: object) -> None:
        raise SMBOSError(NtStatus.STATUS_NOT_SUPPORTED, source)

    monkeypatch.setattr(smbclient, "link", unknown_here)
    case = with_place_of_its_own(smb_case(smb_server))
    assert case.store.put(case.name("x"), b"1") is True
    assert case.store.put(case.name("x"), b"2") is False
    assert case.store.get(case.name("x"), 10) == b"1"
    assert os.listdir(smb_server.folder / "受け渡し" / case.at) == ["x"]


def test_a_server_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smb_access, "CONNECT_SECONDS_MAX", 1)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        store = ShareStore(ShareAccess("127.0.0.1", "s", "u", "p", port=silent.getsockname()[1]))
        with pytest.raises(Unavailable) as error:
            store.get("x", 1)
    assert error.value.code == "SKS-S007"


def test_a_share_is_encrypted_unless_told_otherwise(smb_server: SambaServer) -> None:
    smb_case(smb_server)
    for encrypt in (True, False):
        store = ShareStore(replace(share_of(smb_server), encrypt=encrypt))
        (connection,) = store._connected()["connection_cache"].values()
        (session,) = connection.session_table.values()
        assert session.encrypt_data is encrypt
        store.close()


def test_a_server_that_is_away() -> None:
    environ = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    settings = StoreSettings("s3", url="http://127.0.0.1:1", bucket="b", allow_http=True)
    begun = time.monotonic()
    for call in (
        lambda: open_store(settings, environ).put("x", b""),
        lambda: create_store(settings, datetime.now(UTC), environ),
    ):
        with pytest.raises(Unavailable) as away:
            call()
        assert away.value.code == "SKS-S007"
    assert time.monotonic() - begun < 30
