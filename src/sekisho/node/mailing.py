"""Mails leave through the municipality's own server; they say how many and of which kind."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from sekisho.kernel.errors import Refused, SekishoError, Unavailable
from sekisho.kernel.ids import new_id
from sekisho.node.opening import Node
from sekisho.node.settings import MailSettings
from sekisho.office.accounts.models import Person
from sekisho.office.notices.actions import mailing
from sekisho.office.notices.kinds import WORDS, Kind
from sekisho.office.notices.models import Alert, Mailing
from sekisho.office.post.actions import put_off

SECONDS_MAX = 20
MAILS_AT_ONCE = 100
IDS_SHOWN_MAX = 20
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,190}", re.ASCII)
"""No quotes, blanks or line ends: nothing that could become another header or recipient."""

PERMANENT = 500
SIGN_IN_FAILURES = (
    ssl.SSLError,
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPNotSupportedError,
    UnicodeError,  # a password beyond ASCII, which smtplib cannot send
)


def send_mails(node: Node) -> list[SekishoError]:
    """Send every mail that is due; the troubles. A server that is away is asked again later.

    Killed between the server's answer and ours, a mail is sent twice, under one Message-ID.
    """
    settings = node.settings.mail
    due = mailing.lease_mails(node.desk, MAILS_AT_ONCE)
    if not due:
        return []
    troubles: list[SekishoError] = []
    try:
        with connected(settings) as server:
            for one in due:
                troubles += _send(node, server, one)
    except SekishoError as trouble:
        troubles.append(trouble)
        for one in due:
            if one.state == mailing.WAITING:
                put_off(node.desk, Mailing, one.pk, one.fence, trouble.code)
    return troubles


@contextmanager
def connected(settings: MailSettings) -> Iterator[smtplib.SMTP]:
    """A session with the server, secured and signed in as the settings say.

    Raises Unavailable SKS-M001 (no answer), SKS-M002 (certificate or sign-in refused).
    """
    server: smtplib.SMTP | None = None
    where = f"{settings.host}:{settings.port}"
    try:
        server = _open(settings)
        if settings.user:
            server.login(settings.user, settings.password)
    except SIGN_IN_FAILURES as error:
        _close(server)
        raise Unavailable("SKS-M002", server=where, reason=_reason(error)) from None
    except (OSError, smtplib.SMTPException) as error:
        _close(server)
        raise Unavailable("SKS-M001", server=where, reason=_reason(error)) from None
    try:
        yield server
    except smtplib.SMTPException as error:
        raise Unavailable("SKS-M001", server=where, reason=_reason(error)) from None
    except OSError as error:
        raise Unavailable("SKS-M001", server=where, reason=_reason(error)) from None
    finally:
        _close(server)


def _open(settings: MailSettings) -> smtplib.SMTP:
    trust = ssl.create_default_context(cafile=settings.ca_file)
    if settings.security == "tls":
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=SECONDS_MAX, context=trust)
    server = smtplib.SMTP(settings.host, settings.port, timeout=SECONDS_MAX)
    if settings.security == "starttls":
        server.starttls(context=trust)
    return server


def _close(server: smtplib.SMTP | None) -> None:
    if server is not None:
        server.close()


def _send(node: Node, server: smtplib.SMTP, one: Mailing) -> list[SekishoError]:
    """One mail; refused for good, put off, or sent."""
    person = Person.objects.filter(login=one.person).first()
    if person is None or not ADDRESS.fullmatch(person.email):
        one.state = mailing.REFUSED
        mailing.finish_mail(one, mailing.REFUSED, "SKS-M003")
        return [Unavailable("SKS-M003", login=one.person)]
    message = compose(node, person, one)
    try:
        server.send_message(message, node.settings.mail.sender, [person.email])
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as refused:
        code = _reply(refused)
        if code < PERMANENT:
            put_off(node.desk, Mailing, one.pk, one.fence, "SKS-M004")
        else:
            mailing.finish_mail(one, mailing.REFUSED, "SKS-M004")
        one.state = mailing.REFUSED
        return [Unavailable("SKS-M004", login=one.person, reply=code)]
    one.state = mailing.SENT
    mailing.finish_mail(one, mailing.SENT)
    return []


def send_test(node: Node, person: Person) -> None:
    """Send one mail to this person now, through the server of the settings.

    Raises Refused SKS-M006 (no server is set); Unavailable SKS-M001 to SKS-M004.
    """
    settings = node.settings.mail
    if not settings.host:
        raise Refused("SKS-M006")
    if not ADDRESS.fullmatch(person.email):
        raise Unavailable("SKS-M003", login=person.login)
    english, title = person.language == "en", " ".join(node.settings.title.split())
    message = _message(
        node,
        person,
        "Sekisho: a test" if english else "関所: テストメール",
        node.desk.now(),
        new_id(mailing.ID_PREFIX),
    )
    words = (
        f"Sekisho, {title}: mail from this node reaches you. Nothing has to be done."
        if english
        else f"関所（{title}）からのメールが届くことを確かめました。対応は要りません。"
    )
    message.set_content(words + "\n", cte="base64")
    with connected(settings) as server:
        try:
            server.send_message(message, settings.sender, [person.email])
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as refused:
            raise Unavailable("SKS-M004", login=person.login, reply=_reply(refused)) from None


def _message(
    node: Node, person: Person, subject: str, when: datetime, mail_id: str
) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = node.settings.mail.sender
    message["To"] = person.email
    message["Date"] = format_datetime(when)
    message["Message-ID"] = f"<{mail_id}@{node.name}.sekisho.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    return message


def _reply(refused: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> int:
    """What the server answered about this one recipient or this one mail."""
    if isinstance(refused, smtplib.SMTPDataError):
        return int(refused.smtp_code)
    return int(next(iter(refused.recipients.values()))[0])


def compose(node: Node, person: Person, one: Mailing) -> EmailMessage:
    """The mail in the person's language: counts, kinds, ids; no purpose, no names of files."""
    alerts = list(Alert.objects.filter(mailing=one.pk).order_by("pk"))
    counts = Counter(Kind(alert.kind) for alert in alerts)
    english = person.language == "en"
    total = sum(counts.values())
    subject = f"Sekisho: {total} to look at" if english else f"関所: お知らせが {total} 件あります"
    message = _message(node, person, subject, one.created, one.mailing_id)
    message.set_content("\n".join(_lines(node, counts, alerts, english)) + "\n", cte="base64")
    return message


def _lines(node: Node, counts: Counter[Kind], alerts: list[Alert], english: bool) -> Iterator[str]:
    title = " ".join(node.settings.title.split())
    yield f"Sekisho, {title}" if english else f"関所（{title}）からのお知らせです。"
    yield ""
    for kind, count in counts.items():
        word = WORDS[kind][1 if english else 0]
        yield f"  {count} {word}" if english else f"  ・{word} {count} 件"
    ids = list(dict.fromkeys(alert.subject for alert in alerts))
    yield ""
    yield from (f"  {one}" for one in ids[:IDS_SHOWN_MAX])
    if node.settings.mail.link:
        yield ""
        yield node.settings.mail.link
    yield ""
    yield (
        "Nothing of the content stands in this mail. Whether and when mail is sent to you can be "
        "changed in your settings."
        if english
        else "このメールには、ファイルの名前や中身を書いていません。"
        "メールの受け取り方は、自分の設定で変えられます。"
    )


def _reason(error: Exception) -> str:
    """What the server or the system said, in one line."""
    return " ".join(str(error).split())[:200] or type(error).__name__
