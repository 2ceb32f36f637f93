"""A file inside an archive or a mail that does not come through: it stops the whole, or a short
text that says so stands in its place.
"""

from __future__ import annotations

from sekisho.disarm.account import Act
from sekisho.disarm.profile import Refusal
from sekisho.disarm.work import Inner, Stopped, Work
from sekisho.kernel.errors import explanation
from sekisho.kernel.names import safe_name

NOTICE_SUFFIX = ".無害化できませんでした.txt"
_NAME_CHARS_MAX = 60


def member_or_notice(
    work: Work, name: str, content: bytes | bytearray | memoryview, where: str = ""
) -> Inner:
    """The member disarmed, or a notice; which of the two a refusal means, the profile says.

    Raises Stopped where a refused member stops the whole; the account names the member.
    """
    try:
        return work.inner(name, memoryview(content), where)
    except Stopped as stopped:
        work.account.add(Act.STOPPED, "member", where or name, code=stopped.code)
        if work.profile.refusal is Refusal.STOP:
            raise
        return _notice(name, stopped.code)


def _notice(name: str, code: str) -> Inner:
    """The text. It holds nothing of the file, and comes out of the engine unchanged itself."""
    folder, slash, base = name.rpartition("/")
    short = safe_name(base)[:_NAME_CHARS_MAX]
    words = explanation(code, "ja")
    # The sentence of the code may have gaps that the file filled: only the fixed words stand here.
    lines = (
        "このファイルは無害化できなかったため、取り除きました。",
        f"理由の番号：{code}",
        f"次にすること：{words.next_step}",
        f"問い合わせ先：{words.ask}",
    )
    content = "".join(f"{line}\r\n" for line in lines).encode()
    return Inner(f"{folder}{slash}{short}{NOTICE_SUFFIX}", "text", content)
