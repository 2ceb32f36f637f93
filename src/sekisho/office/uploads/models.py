"""Rows of drafts, of files on their way in, and of files on their way out."""

from django.db import models


class Draft(models.Model):
    """What a person prepares to submit; once it is handed in, also the queue and the result.

    `more` holds what later forms ask besides (an emergency, its reason). `reasons` holds what
    stood against the last submission: `{"upload": id or "", "code": …, "params": {…}}`.
    """

    draft_id = models.CharField(max_length=40, primary_key=True)
    owner = models.CharField(max_length=64, db_index=True)
    to_node = models.CharField(max_length=32, blank=True)
    addressees = models.JSONField(default=list)
    purpose = models.CharField(max_length=400, blank=True)
    label = models.CharField(max_length=40, blank=True)
    flow = models.CharField(max_length=40, blank=True)
    more = models.JSONField(default=dict)
    copied_from = models.CharField(max_length=40, blank=True)
    created = models.DateTimeField()
    changed = models.DateTimeField(db_index=True)
    state = models.CharField(max_length=12, db_index=True)
    stage = models.CharField(max_length=12, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    transfer_id = models.CharField(max_length=40, blank=True)
    reasons = models.JSONField(default=list)
    attempts = models.IntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    fence = models.IntegerField(default=0)


class Upload(models.Model):
    """One file of a draft: how much of it lies in the vault, and what was found in it.

    `mark` tells whether a file that is chosen again is the same (`rules.mark_of`).
    """

    upload_id = models.CharField(max_length=40, primary_key=True)
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="uploads")
    owner = models.CharField(max_length=64, db_index=True)
    path = models.TextField()
    bytes_total = models.BigIntegerField()
    bytes_received = models.BigIntegerField(default=0)
    state = models.CharField(max_length=8)
    mark = models.CharField(max_length=64)
    created = models.DateTimeField()
    changed = models.DateTimeField()
    kind = models.CharField(max_length=40, blank=True)
    report_object = models.CharField(max_length=40, blank=True)
    result_object = models.CharField(max_length=40, blank=True)
    reason = models.JSONField(default=dict)


class UploadPart(models.Model):
    """Bytes of an upload from `position` on, as one object of the vault with its own data key."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts")
    position = models.BigIntegerField()
    bytes = models.IntegerField()
    object_id = models.CharField(max_length=40)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["upload", "position"], name="part_place"),
        ]


class Handout(models.Model):
    """How far an arrived file was handed out to one person; `reached` counts from its beginning
    without a gap."""

    file = models.ForeignKey(
        "transfers.ArrivedFile", on_delete=models.CASCADE, related_name="handouts"
    )
    person = models.CharField(max_length=64)
    reached = models.BigIntegerField(default=0)
    begun = models.DateTimeField()
    changed = models.DateTimeField()
    parts = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "person"], name="handout_once"),
        ]
