"""From settings to a store: what is missing is named, secrets come from closed files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.contracts.store_cases import NOW
from tests.support.crooked_s3 import crooked_s3

from sekisho.kernel.errors import InvalidInput, Refused
from sekisho.store.opening import StoreSettings, create_store, open_store

S3 = StoreSettings("s3", url="https://s3.example", bucket="b")
SMB = StoreSettings("smb", server="files", share="s")
KEYS = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        (StoreSettings("ftp"), "kind"),
        (StoreSettings("folder"), "path"),
        (StoreSettings("s3", bucket="b"), "url"),
        (StoreSettings("s3", url="https://s3.example"), "bucket"),
        (StoreSettings("s3", url="http://s3.example", bucket="b"), "url"),
        (StoreSettings("s3", url="file:///etc", bucket="b", allow_http=True), "url"),
        (StoreSettings("smb", share="s"), "server"),
        (StoreSettings("smb", server="files"), "share"),
    ],
)
def test_what_is_missing_is_named(settings: StoreSettings, field: str) -> None:
    with pytest.raises(InvalidInput) as error:
        open_store(settings, KEYS)
    assert error.value.code == "SKS-S013"
    assert error.value.params["field"] == field


def test_nothing_is_reached_before_the_first_call(tmp_path: Path) -> None:
    open_store(S3, KEYS)
    open_store(SMB, {"SEKISHO_SMB_USERNAME": "u", "SEKISHO_SMB_PASSWORD": "p"})
    open_store(StoreSettings("folder", path=tmp_path / "none"))
    assert list(tmp_path.iterdir()) == []


def test_secrets_come_from_a_file_rather_than_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "s3.toml"
    file.write_text('access_key_id = "from-file"\nsecret_access_key = "hidden"\n')
    file.chmod(0o600)
    store = open_store(StoreSettings("s3", url=S3.url, bucket="b", credentials_file=file), KEYS)
    assert store._access.access_key_id == "from-file"  # type: ignore[attr-defined]
    assert "hidden" not in repr(store) + store.describe() + repr(vars(store)["_access"])


@pytest.mark.parametrize("environ", [{}, {"AWS_ACCESS_KEY_ID": "a"}])
def test_without_secrets_nobody_else_is_asked_for_them(environ: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as error:
        open_store(S3, environ)
    assert error.value.params["field"].startswith("credentials_file")


@pytest.mark.parametrize(
    ("content", "mode", "code"),
    [
        ('access_key_id = "a"\nsecret_access_key = "b"', 0o604, "SKS-S017"),
        ("access_key_id: a", 0o600, "SKS-S017"),
        ('access_key_id = "a"', 0o600, "SKS-S013"),
        ("access_key_id = 1\nsecret_access_key = 2", 0o600, "SKS-S013"),
        (None, 0o600, "SKS-S017"),
    ],
)
def test_files_with_secrets_that_cannot_be_used(
    tmp_path: Path, content: str | None, mode: int, code: str
) -> None:
    file = tmp_path / "secret.toml"
    if content is not None:
        file.write_text(content)
        file.chmod(mode)
    with pytest.raises((Refused, InvalidInput)) as error:
        open_store(StoreSettings("s3", url=S3.url, bucket="b", credentials_file=file), KEYS)
    assert error.value.code == code


def test_a_certificate_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Refused) as error:
        open_store(StoreSettings("s3", url=S3.url, bucket="b", ca_file=tmp_path / "ca.pem"), KEYS)
    assert error.value.code == "SKS-S017"


def test_a_share_without_its_optional_part(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sekisho.store.smb", "sekisho.store.smb_access", "sekisho.store.smb_files"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "smbclient", None)
    with pytest.raises(Refused) as error:
        open_store(SMB, {"SEKISHO_SMB_USERNAME": "u", "SEKISHO_SMB_PASSWORD": "p"})
    assert error.value.code == "SKS-S016"


def test_the_id_can_be_chosen_and_is_then_pinned() -> None:
    with crooked_s3() as server:
        chosen = StoreSettings(
            "s3", url=server.url, bucket="b", allow_http=True, store_id="st_" + "c" * 26
        )
        assert create_store(chosen, NOW, KEYS) == "st_" + "c" * 26
        assert list(open_store(chosen, KEYS).list("")) == []


def test_the_folder_store_needs_no_client_libraries() -> None:
    code = (
        "import sys; from pathlib import Path; from sekisho.store import *;"
        "open_store(StoreSettings('folder', path=Path('x')));"
        "sys.exit(bool({'obstore', 'smbclient'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
