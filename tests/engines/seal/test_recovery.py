"""Recovery keys and phrases: they open what was sealed to them, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.errors import Broken, InvalidInput, Refused, SekishoError
from sekisho.seal import recovery
from sekisho.seal.recovery import Phrase, open_secrets, read_phrase, seal_secrets

SECRETS = b"the keys of a node"


@pytest.fixture(scope="module", params=["S1", "S0"])
def key(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("safe") / "recovery.key"
    recovery.make_key(path, request.param)
    return path


def test_the_private_half_opens_what_the_public_one_sealed(key: Path) -> None:
    held = recovery.load_key(key)
    public = recovery.read_public(held.public.encode())
    sealed = seal_secrets(public, SECRETS, "bk_1")
    assert SECRETS not in sealed
    assert open_secrets(held, sealed) == ("bk_1", SECRETS)
    assert recovery.sealed_to(sealed) == held.public.key_id


def test_the_phrase_opens_what_it_sealed_and_the_same_never_twice() -> None:
    phrase = recovery.make_phrase()
    sealed = [seal_secrets(phrase, SECRETS, "bk_1") for _ in range(2)]
    assert sealed[0] != sealed[1]
    assert open_secrets(read_phrase(phrase.text()), sealed[0]) == ("bk_1", SECRETS)
    assert recovery.sealed_to(sealed[0]) == "phrase"


def test_another_key_another_phrase_or_another_kind_opens_nothing(
    key: Path, tmp_path: Path
) -> None:
    held, other = recovery.load_key(key), recovery.make_key(tmp_path / "other.key", "S1")
    phrase = recovery.make_phrase()
    to_key = seal_secrets(held.public, SECRETS, "bk_1")
    to_phrase = seal_secrets(phrase, SECRETS, "bk_1")
    wrong = (
        (other, to_key),
        (phrase, to_key),
        (held, to_phrase),
        (recovery.make_phrase(), to_phrase),
    )
    for unlock, sealed in wrong:
        with pytest.raises(Refused) as refused:
            open_secrets(unlock, sealed)
        assert refused.value.code == "SKS-B015"


def test_what_it_is_about_cannot_be_changed(key: Path) -> None:
    held = recovery.load_key(key)
    for lock, unlock in ((held.public, held), (phrase := recovery.make_phrase(), phrase)):
        sealed = seal_secrets(lock, SECRETS, "bk_1").replace(b"bk_1", b"bk_2")
        with pytest.raises(Refused):
            open_secrets(unlock, sealed)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_any_changed_byte_is_refused(place: int, change: int) -> None:
    sealed = bytearray(seal_secrets(Phrase(bytes(32)), SECRETS, "bk_1"))
    sealed[place % len(sealed)] ^= change
    with pytest.raises((Refused, InvalidInput)):
        open_secrets(Phrase(bytes(32)), bytes(sealed))


@given(st.binary(min_size=32, max_size=32))
def test_a_phrase_is_read_as_people_write_it(secret: bytes) -> None:
    text = Phrase(secret).text()
    assert len(text.split()) == 14
    for typed in (text, text.upper(), text.replace(" ", "-"), f"  {text}\n", _full_width(text)):
        assert read_phrase(typed).secret == secret
    assert read_phrase(text.replace("o", "0").replace("l", "1").replace("b", "8")).secret == secret


def _full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c != " " else "\u3000" for c in text)


@given(st.binary(min_size=32, max_size=32), st.integers(0, 51), st.sampled_from("acdefgh23"))
def test_a_misread_letter_is_noticed(secret: bytes, place: int, letter: str) -> None:
    text = Phrase(secret).text().replace(" ", "")
    if text[place] == letter:
        return
    with pytest.raises(InvalidInput) as refused:
        read_phrase(text[:place] + letter + text[place + 1 :])
    assert refused.value.code == "SKS-B014"


@pytest.mark.parametrize("text", ["", "abcd", "あいう", "a" * 56, "9" * 56])
def test_what_is_no_phrase_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_phrase(text)


def test_a_damaged_key_file_does_not_tell_the_secret(key: Path) -> None:
    text = key.read_bytes()
    copy = key.with_name("damaged.key")
    for damaged in (text[:-2], text.replace(b"sekisho", b"someone"), b"{}"):
        copy.unlink(missing_ok=True)
        copy.write_bytes(damaged)
        copy.chmod(0o600)
        with pytest.raises(Broken) as refused:
            recovery.load_key(copy)
        assert "private" not in str(refused.value.params)


@pytest.mark.parametrize("untrusted", [b"", b"{}", b'{"format":"sekisho-recovery-public-v1"}'])
def test_what_is_no_public_half_is_refused(untrusted: bytes) -> None:
    with pytest.raises(SekishoError):
        recovery.read_public(untrusted)
