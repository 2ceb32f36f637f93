"""Rows of alerts, mails, tokens of machines, and watched folders."""

from django.db import models


class Alert(models.Model):
    """Something that one person is told once: in the page, and by mail if wanted."""

    person = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    subject = models.CharField(max_length=64)
    mark = models.CharField(max_length=40, blank=True)
    made = models.DateTimeField()
    due = models.DateTimeField(null=True)
    read = models.DateTimeField(null=True)
    mail = models.CharField(max_length=8)
    mailing = models.ForeignKey(
        "Mailing", null=True, on_delete=models.SET_NULL, related_name="alerts"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "subject", "mark"], name="alert_once"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "read"]),
            models.Index(fields=["mail", "person"]),
        ]


class MailWish(models.Model):
    """When a person wants mail; nobody who has no row is without: at once."""

    login = models.CharField(max_length=64, primary_key=True)
    mode = models.CharField(max_length=8)
    last_digest = models.DateTimeField(null=True)


class Mailing(models.Model):
    """One mail on its way to one person; the row is the queue and the result."""

    mailing_id = models.CharField(max_length=40, primary_key=True)
    person = models.CharField(max_length=64)
    state = models.CharField(max_length=8, db_index=True)
    code = models.CharField(max_length=12, blank=True)
    created = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    fence = models.IntegerField(default=0)


class ReadUpTo(models.Model):
    """Up to which record of the ledger alerts have been made."""

    name = models.CharField(max_length=16, primary_key=True)
    place = models.BigIntegerField(default=0)


class MachineToken(models.Model):
    """What lets a program act; the token itself is kept nowhere, only its digest."""

    token_id = models.CharField(max_length=40, primary_key=True)
    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=100)
    owner = models.CharField(max_length=64)
    acts = models.JSONField(default=list)
    places = models.JSONField(default=list)
    created = models.DateTimeField()
    expires = models.DateTimeField()
    last_used = models.DateTimeField(null=True)
    revoked = models.DateTimeField(null=True)


class GivenAnswer(models.Model):
    """What a program was answered, so that the same request again changes nothing."""

    token = models.ForeignKey(MachineToken, on_delete=models.CASCADE, related_name="answers")
    key = models.CharField(max_length=100)
    request_sha256 = models.CharField(max_length=64)
    status = models.IntegerField(null=True)
    body = models.TextField(blank=True)
    created = models.DateTimeField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token", "key"], name="answer_once"),
        ]


class WatchedFolder(models.Model):
    """A folder whose files are submitted in somebody's name (`in`), or into which what arrives for
    somebody is written (`out`)."""

    watch_id = models.CharField(max_length=40, primary_key=True)
    direction = models.CharField(max_length=3)
    folder = models.TextField()
    person = models.CharField(max_length=64)
    ready = models.CharField(max_length=8, blank=True)
    to_node = models.CharField(max_length=32, blank=True)
    addressees = models.JSONField(default=list)
    purpose = models.CharField(max_length=400, blank=True)
    label = models.CharField(max_length=40, blank=True)
    created = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=12, blank=True)
    not_before = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    fence = models.IntegerField(default=0)


class WatchedFile(models.Model):
    """One file of a watched folder, or one arrival that is written into it. A file with another
    content, size or time under the same name is another one."""

    watch = models.ForeignKey(WatchedFolder, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=255)
    bytes = models.BigIntegerField()
    mtime_ns = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=8, db_index=True)
    transfer_id = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=12, blank=True)
    seen = models.DateTimeField()
    settled = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["watch", "name", "bytes", "mtime_ns", "sha256"],
                condition=models.Q(state__in=("sent", "done")),
                name="watched_once",
            ),
        ]
