"""Identifiers: short prefixes say what a thing is, 128 random bits make it unguessable."""

from __future__ import annotations

import base64
import os
import re

from sekisho.kernel.errors import InvalidInput

_ID = re.compile(r"[a-z]{1,4}_[a-z2-7]{26}", re.ASCII)
_NODE = re.compile(r"(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])\Z)[a-z][a-z0-9-]{0,31}", re.ASCII)
"""Not a device name of Windows either: nodes are folders in a store."""


def new_id(prefix: str) -> str:
    """A fresh id such as `tr_k3v…` (prefix, `_`, 26 base32 characters)."""
    return f"{prefix}_" + base64.b32encode(os.urandom(16)).decode().rstrip("=").lower()


def check_id(untrusted: str, prefix: str) -> str:
    """`untrusted` if it has the form of an id with this prefix, else InvalidInput SKS-K003."""
    if not _ID.fullmatch(untrusted) or not untrusted.startswith(prefix + "_"):
        raise InvalidInput("SKS-K003", value=untrusted[:80], kind=prefix)
    return untrusted


def check_node_name(untrusted: str) -> str:
    """A node's name: a-z, 0-9 and hyphen, a letter first, 32 at most, no device of Windows.

    Raises InvalidInput SKS-K004.
    """
    if not _NODE.fullmatch(untrusted):
        raise InvalidInput("SKS-K004", value=untrusted[:80])
    return untrusted
