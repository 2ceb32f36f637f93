"""Keys wrapped to a receiver: round trips, sizes, and everything that must not open."""

from __future__ import annotations

import pytest

from sekisho.kernel.errors import Broken, InvalidInput, Refused
from sekisho.seal import hpke

SUITES = ("S0", "S1")
KEY = bytes(range(32))
INFO = b"what the wrap is bound to"


@pytest.mark.parametrize("suite", SUITES)
def test_round_trip_and_sizes(suite: str) -> None:
    private, public = hpke.generate(suite)
    sizes = hpke.SUITES[suite]
    wrapped = hpke.wrap(suite, public, KEY, INFO)
    assert (len(private), len(public)) == (sizes.private_bytes, sizes.public_bytes)
    assert len(wrapped) == len(KEY) + sizes.overhead_bytes == {"S0": 145, "S1": 1713}[suite]
    assert hpke.unwrap(suite, private, wrapped, INFO) == KEY
    assert hpke.public_of(suite, private) == public
    assert hpke.check_public(suite, public) == public


@pytest.mark.parametrize("suite", SUITES)
def test_wrapping_twice_gives_other_bytes(suite: str) -> None:
    _, public = hpke.generate(suite)
    assert hpke.wrap(suite, public, KEY, INFO) != hpke.wrap(suite, public, KEY, INFO)


@pytest.mark.parametrize("suite", SUITES)
def test_another_key_or_other_info_does_not_open(suite: str) -> None:
    private, public = hpke.generate(suite)
    other, _ = hpke.generate(suite)
    wrapped = hpke.wrap(suite, public, KEY, INFO)
    for key, info in ((other, INFO), (private, b""), (private, INFO + b" ")):
        with pytest.raises(Refused, match="SKS-P022"):
            hpke.unwrap(suite, key, wrapped, info)


@pytest.mark.parametrize("suite", SUITES)
def test_changed_wraps_do_not_open(suite: str) -> None:
    private, public = hpke.generate(suite)
    wrapped = hpke.wrap(suite, public, KEY, INFO)
    step = 1 if suite == "S0" else 37
    for at in (*range(0, len(wrapped), step), len(wrapped) - 1):
        changed = bytearray(wrapped)
        changed[at] ^= 1
        with pytest.raises(Refused, match="SKS-P022"):
            hpke.unwrap(suite, private, bytes(changed), INFO)
    for length in (0, 1, 97, 112, len(wrapped) - 1):
        with pytest.raises(Refused, match="SKS-P022"):
            hpke.unwrap(suite, private, wrapped[:length], INFO)


@pytest.mark.parametrize("suite", SUITES)
def test_what_is_no_public_key_is_refused(suite: str) -> None:
    _, public = hpke.generate(suite)
    compressed = public[:-97] + b"\x02" + public[-96:-48]
    off_curve = public[:-1] + bytes([public[-1] ^ 1])
    for bad in (b"", public[:-1], public + b"\0", compressed, off_curve, bytes(len(public))):
        with pytest.raises(InvalidInput, match="SKS-P021"):
            hpke.wrap(suite, bad, KEY, INFO)


def test_an_ml_kem_key_out_of_range_is_refused() -> None:
    _, public = hpke.generate("S1")
    with pytest.raises(InvalidInput, match="SKS-P021"):
        hpke.check_public("S1", b"\xff" * 1536 + public[1536:])


@pytest.mark.parametrize("suite", SUITES)
def test_a_damaged_private_key_is_ours_to_mend(suite: str) -> None:
    private, public = hpke.generate(suite)
    wrapped = hpke.wrap(suite, public, KEY, INFO)
    for bad in (b"", private[:-1], private[:-48] + bytes(48), private[:-48] + b"\xff" * 48):
        with pytest.raises(Broken, match="SKS-P023"):
            hpke.unwrap(suite, bad, wrapped, INFO)
        with pytest.raises(Broken, match="SKS-P023"):
            hpke.public_of(suite, bad)


def test_an_unknown_suite_is_refused() -> None:
    with pytest.raises(InvalidInput, match="SKS-P020"):
        hpke.generate("S2")
