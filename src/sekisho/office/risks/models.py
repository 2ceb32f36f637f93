"""Rows of risks: studies, their versions, and the runs of these with what they found."""

from django.db import models


class Study(models.Model):
    """A model file that is kept under a title; `newest` is the number of its last version."""

    title = models.CharField(max_length=100)
    newest = models.IntegerField(default=0)
    created = models.DateTimeField()
    changed = models.DateTimeField(db_index=True)


class Version(models.Model):
    """A study as somebody saved it. It never changes: what a run found can be found again."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    note = models.CharField(max_length=400)
    person = models.CharField(max_length=64)
    saved = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "number"], name="risk_version_once"),
        ]


class Comment(models.Model):
    """What somebody said of a version, about one `item` of it or (empty) all of it; and how a
    later version answered. `choice` is empty as long as none did."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="comments")
    item = models.CharField(max_length=100, blank=True)
    text = models.TextField()
    person = models.CharField(max_length=64)
    written = models.DateTimeField()
    choice = models.CharField(max_length=12, blank=True)
    answer = models.TextField(blank=True)
    answered_in = models.IntegerField(null=True)
    answered_by = models.CharField(max_length=64, blank=True)
    answered = models.DateTimeField(null=True)


class Run(models.Model):
    """Models of a version compared: the intent, the queue and how it ended.

    `failure`: `{"code": …, "params": {…}}` of what stood against it. `digest` is the SHA-256 of
    the result as JSON, `program` the version of Sekisho that found it.
    """

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="runs")
    names = models.JSONField(default=list)
    budget = models.BigIntegerField()
    seed = models.BigIntegerField()
    draws = models.IntegerField()
    person = models.CharField(max_length=64)
    asked = models.DateTimeField(db_index=True)
    state = models.CharField(max_length=12, db_index=True)
    done = models.IntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    fence = models.IntegerField(default=0)
    ended = models.DateTimeField(null=True)
    failure = models.JSONField(default=dict)
    program = models.CharField(max_length=40, blank=True)
    digest = models.CharField(max_length=64, blank=True)


class Outcome(models.Model):
    """What a run found, in one form: `json`, or `body`, `foot` or `xlsx` in one language."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="outcomes")
    form = models.CharField(max_length=8)
    language = models.CharField(max_length=2, blank=True)
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "form", "language"], name="risk_outcome_once"),
        ]
