"""The forms of data by type: names in full, addresses in one spelling, numbers within bounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv6Address

from sekisho.dnscheck.zonefile.spelling import text

Name = Callable[[str], str]
"""A word of the file as a name in full. Raises ValueError."""
Form = Callable[[Sequence[str], Name], str]
"""The words after the type as `Record.data`. Raises ValueError."""

TTL_MAX = 2**31 - 1
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}")
_DURATION = re.compile(r"(?:\d+[wdhms])+", re.IGNORECASE)
_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_HEX = re.compile(r"[0-9a-fA-F]+")


def seconds(word: str) -> int:
    """`3600`, `1h`, `1h30m` (BIND). Raises ValueError."""
    if word.isascii() and word.isdigit():
        found = int(word)
    elif _DURATION.fullmatch(word):
        pieces = re.findall(r"(\d+)(\D)", word.lower())
        found = sum(int(count) * _SECONDS[unit] for count, unit in pieces)
    else:
        raise ValueError(word)
    if found > TTL_MAX:
        raise ValueError(word)
    return found


def data(kind: str, words: Sequence[str], name: Name) -> str:
    """The data of a record. Raises ValueError where it is not of its type's form."""
    if words[:1] == ["\\#"]:
        return _generic(words)
    return _FORMS.get(kind, _as_it_is)(words, name)


def _generic(words: Sequence[str]) -> str:
    """RFC 3597: `\\# length hex`."""
    digits = "".join(words[2:])
    if int(words[1]) * 2 != len(digits) or (digits and not _HEX.fullmatch(digits)):
        raise ValueError
    return " ".join(("\\#", words[1], digits.lower())).rstrip()


def _as_it_is(words: Sequence[str], _: Name) -> str:
    if not words:
        raise ValueError
    return " ".join(words)


def _ipv4(words: Sequence[str], _: Name) -> str:
    (address,) = words
    if not _IPV4.fullmatch(address):
        raise ValueError
    return address


def _ipv6(words: Sequence[str], _: Name) -> str:
    (address,) = words
    if "%" in address:
        raise ValueError
    return str(IPv6Address(address))


def _one_name(words: Sequence[str], name: Name) -> str:
    (target,) = words
    return name(target)


def _numbers_and_name(count: int) -> Form:
    def form(words: Sequence[str], name: Name) -> str:
        *numbers, target = words
        if len(numbers) != count:
            raise ValueError
        return " ".join([*(str(_number(word, 65_535)) for word in numbers), name(target)])

    return form


def _soa(words: Sequence[str], name: Name) -> str:
    primary, person, serial, *times = words
    if len(times) != 4:
        raise ValueError
    numbers = [_number(serial, 2**32 - 1), *(seconds(word) for word in times)]
    return " ".join([name(primary), name(person), *map(str, numbers)])


def _texts(words: Sequence[str], _: Name) -> str:
    if not words:
        raise ValueError
    return "".join(text(word) for word in words)


def _caa(words: Sequence[str], _: Name) -> str:
    flags, tag, value = words
    if not tag.isascii() or not tag.isalnum():
        raise ValueError
    return f"{_number(flags, 255)} {tag.lower()} {text(value)}"


def _ds(words: Sequence[str], _: Name) -> str:
    tag, algorithm, kind, *digest = words
    digits = "".join(digest).lower()
    if not _HEX.fullmatch(digits):
        raise ValueError
    return f"{_number(tag, 65_535)} {algorithm} {_number(kind, 255)} {digits}"


def _service(words: Sequence[str], name: Name) -> str:
    """SVCB and HTTPS (RFC 9460)."""
    priority, target, *parameters = words
    return " ".join([str(_number(priority, 65_535)), name(target), *parameters])


def _number(word: str, most: int) -> int:
    if not (word.isascii() and word.isdigit()) or int(word) > most:
        raise ValueError(word)
    return int(word)


_FORMS: Mapping[str, Form] = {
    "A": _ipv4,
    "AAAA": _ipv6,
    "CNAME": _one_name,
    "NS": _one_name,
    "PTR": _one_name,
    "DNAME": _one_name,
    "MX": _numbers_and_name(1),
    "SRV": _numbers_and_name(3),
    "SOA": _soa,
    "TXT": _texts,
    "SPF": _texts,
    "CAA": _caa,
    "DS": _ds,
    "CDS": _ds,
    "SVCB": _service,
    "HTTPS": _service,
}
