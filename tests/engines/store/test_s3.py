"""The S3 store against servers that lie, refuse and dawdle."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest
from tests.contracts.store_cases import NOW
from tests.support.crooked_s3 import Crooked, crooked_s3

from sekisho.kernel.errors import Refused, SekishoError, Unavailable
from sekisho.store import s3_access
from sekisho.store.marker import Marker, write_marker
from sekisho.store.protocol import MARKER_NAME, NotThere
from sekisho.store.s3 import BucketStore
from sekisho.store.s3_access import S3Access


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Crooked]:
    monkeypatch.setattr(s3_access, "RETRIES_MAX", 0)
    with crooked_s3() as server:
        server.objects[MARKER_NAME] = write_marker(Marker("st_" + "a" * 26, NOW))
        yield server


@pytest.fixture
def store(server: Crooked) -> BucketStore:
    return BucketStore(S3Access(server.url, "store", "key", "the-secret", allow_http=True))


def test_a_server_that_overwrites_is_not_asked_to(server: Crooked, store: BucketStore) -> None:
    assert server.overwrites
    assert store.put("x", b"first") is True
    assert store.put("x", b"second") is False
    assert server.objects["x"] == b"first"


STRANGE_KEYS = (
    *("../x", "x/../../y", "a//b", "/x", "A", "受", "a b", ".tmp-1", "a/%2e%2e/b"),
    "x" * 300,
)


@pytest.mark.parametrize("hostile", STRANGE_KEYS)
def test_strange_keys_in_a_listing(server: Crooked, store: BucketStore, hostile: str) -> None:
    """They are left out, or the listing of that one folder fails in our own words."""
    store.put("nodes/a/x", b"x")
    server.extra_keys = (f"nodes/evil/{hostile}",)
    assert [entry.name for entry in store.list("nodes/a/")] == ["nodes/a/x"]
    try:
        names = [entry.name for entry in store.list("nodes/")]
    except Unavailable as error:
        assert error.code == "SKS-S010"
    else:
        assert names == ["nodes/a/x"]


def test_the_key_of_an_empty_folder_is_at_most_a_name_that_is_not_there(
    server: Crooked, store: BucketStore
) -> None:
    server.extra_keys = ("nodes/evil/a/",)
    for entry in store.list("nodes/"):
        with pytest.raises(NotThere):
            store.get(entry.name, 10)


def test_a_listing_over_many_pages(server: Crooked, store: BucketStore) -> None:
    server.page = 2
    wanted = [f"n/x{number}" for number in range(7)]
    store.put_many([(name, b"") for name in wanted])
    assert [entry.name for entry in store.list("n/x")] == wanted
    assert [entry.name for entry in store.list("n/x3")] == ["n/x3"]


def test_an_object_of_unknown_size_is_not_read(server: Crooked, store: BucketStore) -> None:
    store.put("x", b"1" * 1000)
    server.chunked = True
    with pytest.raises((Unavailable, Refused)):
        store.get("x", 10)


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        ((403, "AccessDenied"), Refused, "SKS-S008"),
        ((403, "InvalidAccessKeyId"), Refused, "SKS-S011"),
        ((403, "SignatureDoesNotMatch"), Refused, "SKS-S011"),
        ((403, "RequestTimeTooSkewed"), Refused, "SKS-S011"),
        ((401, "Unauthorized"), Refused, "SKS-S011"),
        ((404, "NoSuchBucket"), Refused, "SKS-S012"),
        ((507, "InsufficientStorage"), Unavailable, "SKS-S009"),
        ((409, "QuotaExceeded"), Unavailable, "SKS-S009"),
        ((500, "InternalError"), Unavailable, "SKS-S010"),
        ((503, "SlowDown"), Unavailable, "SKS-S010"),
        ((400, "InvalidRequest"), Unavailable, "SKS-S010"),
    ],
)
def test_answers_of_the_server_get_our_words(
    server: Crooked,
    store: BucketStore,
    answer: tuple[int, str],
    error: type[SekishoError],
    code: str,
) -> None:
    store.put("x", b"x")
    server.answer = answer
    with pytest.raises(error) as found:
        store.get("x", 10)
    assert found.value.code == code
    for language in ("ja", "en"):
        assert "the-secret" not in found.value.explain(language).what


def test_a_bucket_without_a_marker_is_no_store(server: Crooked, store: BucketStore) -> None:
    del server.objects[MARKER_NAME]
    for call in (
        lambda: store.put("x", b""),
        lambda: store.get("x", 1),
        lambda: list(store.list("")),
        lambda: store.delete("x"),
    ):
        with pytest.raises(Unavailable) as error:
            call()
        assert error.value.code == "SKS-S004"
        assert not isinstance(error.value, NotThere)
    assert server.objects == {}


def test_the_marker_is_looked_at_once(server: Crooked, store: BucketStore) -> None:
    store.put("x", b"x")
    before = server.requests
    store.get("x", 1)
    assert server.requests == before + 1


def test_a_name_that_is_taken_and_yet_not_there(server: Crooked, store: BucketStore) -> None:
    """SeaweedFS answers so when the name is a folder of others."""
    list(store.list(""))
    server.overwrites = False

    class Taken(dict[str, bytes]):
        def __contains__(self, key: object) -> bool:
            return True

    server.objects = Taken()
    with pytest.raises(Unavailable) as error:
        store.put("x", b"x")
    assert error.value.code == "SKS-S010"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1"),
        ("AWS_ENDPOINT", "http://127.0.0.1:1"),
        ("AWS_SKIP_SIGNATURE", "true"),
        ("AWS_SESSION_TOKEN", "foreign"),
        ("AWS_ACCESS_KEY_ID", "foreign"),
        ("AWS_S3_EXPRESS", "true"),
        ("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "true"),
        ("AWS_CONDITIONAL_PUT", "disabled"),
    ],
)
def test_variables_of_the_environment_do_not_lead_elsewhere(
    server: Crooked, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    store = BucketStore(S3Access(server.url, "store", "our-key", "the-secret", allow_http=True))
    assert store.put("x", b"x") is True
    assert server.objects["x"] == b"x"
    assert "Credential=our-key/" in server.last_headers["authorization"]
    assert "x-amz-security-token" not in server.last_headers


def test_a_server_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_access, "REQUEST_SECONDS_MAX", 1)
    monkeypatch.setattr(s3_access, "RETRIES_MAX", 1)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        store = BucketStore(S3Access(url, "store", "key", "the-secret", allow_http=True))
        with pytest.raises(Unavailable) as error:
            store.get("x", 1)
    assert error.value.code == "SKS-S007"


def test_every_wait_is_bounded() -> None:
    longest = timedelta(seconds=s3_access.RETRY_SECONDS_MAX + s3_access.REQUEST_SECONDS_MAX)
    assert longest <= timedelta(minutes=5)
    assert s3_access.CONNECT_SECONDS_MAX <= 10
