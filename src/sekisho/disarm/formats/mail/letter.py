"""A mail as values: what of it may be written again, whatever it was read from."""

from __future__ import annotations

from dataclasses import dataclass, field

from sekisho.disarm.formats.mail.fields import Mailbox

ADDRESS_FIELDS = ("From", "Sender", "Reply-To", "To", "Cc", "Bcc")
TEXT_FIELDS = ("Subject",)
ID_FIELDS = ("Message-ID", "In-Reply-To", "References")
OTHER_FIELDS = ("Date", "Importance")
IMPORTANCE = frozenset({"high", "normal", "low"})


@dataclass(frozen=True, slots=True)
class Head:
    """The fields that are kept. What is empty was not there."""

    addresses: dict[str, tuple[Mailbox, ...]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    ids: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def first(self, name: str) -> Mailbox:
        """The first address of a field."""
        return next(iter(self.addresses.get(name, ())), Mailbox("", ""))


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail. `kind` is known once it is disarmed."""

    name: str
    content: bytes
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail. `text` and `html` are two forms of one body; either may be missing."""

    head: Head
    text: str | None = None
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    is_jis: bool = False
    """Whether the text came as ISO-2022-JP."""
