"""Rows of transfers, on the sending and on the receiving side."""

from django.db import models


class Route(models.Model):
    """A way between two zones and the policy that stands on it (`policy.Policy` as JSON)."""

    from_node = models.CharField(max_length=32)
    to_node = models.CharField(max_length=32)
    policy = models.JSONField()
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["from_node", "to_node"], name="route_once"),
        ]


class DisarmException(models.Model):
    """A kind of file that passes a route undisarmed until a day, and who answers for it."""

    exception_id = models.CharField(max_length=40, primary_key=True)
    from_node = models.CharField(max_length=32)
    to_node = models.CharField(max_length=32)
    kind = models.CharField(max_length=40)
    owner = models.CharField(max_length=64)
    reason = models.CharField(max_length=400)
    granted_by = models.CharField(max_length=64)
    granted = models.DateTimeField()
    until = models.DateTimeField()
    ended = models.DateTimeField(null=True)


class Transfer(models.Model):
    """One transfer that leaves this node."""

    transfer_id = models.CharField(max_length=40, primary_key=True)
    to_node = models.CharField(max_length=32)
    sender = models.CharField(max_length=64, db_index=True)
    purpose = models.CharField(max_length=400)
    label = models.CharField(max_length=40)
    state = models.CharField(max_length=12, db_index=True)
    round = models.IntegerField(default=1)
    approvals_needed = models.IntegerField(default=0)
    confirm = models.CharField(max_length=10, default="none")
    created = models.DateTimeField()
    changed = models.DateTimeField()
    not_before = models.DateTimeField(null=True)
    erase_after = models.DateTimeField(db_index=True)
    parcel_id = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=12, blank=True)
    detail = models.JSONField(default=dict)
    erased = models.BooleanField(default=False)
    reports_object = models.CharField(max_length=40, blank=True)
    disarmed_by = models.JSONField(default=dict)
    scanned_again = models.DateTimeField(null=True)
    levels = models.JSONField(default=list)
    """The steps of approval as they were when it was submitted."""
    chosen = models.JSONField(default=list)
    """The approvers that the sender asked for; empty: whoever may."""
    emergency = models.CharField(max_length=400, blank=True)
    """Why it left before anybody approved it, where the sender said that it has to."""

    class Meta:
        indexes = [
            models.Index(fields=["created", "transfer_id"], name="transfer_newest"),
        ]


class TransferFile(models.Model):
    """One file of a transfer; `object_id` names its object in the vault until it is erased."""

    transfer = models.ForeignKey(Transfer, on_delete=models.CASCADE, related_name="files")
    position = models.IntegerField()
    path = models.TextField()
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=40)
    outcome = models.CharField(max_length=12, blank=True)
    found = models.IntegerField(default=0)
    report_bytes = models.IntegerField(default=0)
    report_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["transfer", "position"], name="file_place"),
        ]


class Addressee(models.Model):
    """Somebody at the receiving node who may collect."""

    transfer = models.ForeignKey(Transfer, on_delete=models.CASCADE, related_name="addressees")
    login = models.CharField(max_length=64, db_index=True)


class Decision(models.Model):
    """What one person decided about one round of a transfer."""

    transfer = models.ForeignKey(Transfer, on_delete=models.CASCADE, related_name="decisions")
    round = models.IntegerField()
    person = models.CharField(max_length=64, db_index=True)
    verb = models.CharField(max_length=12)
    reason = models.CharField(max_length=400, blank=True)
    made = models.DateTimeField()
    event = models.BinaryField()
    event_hash = models.CharField(max_length=64)
    salt = models.BinaryField()
    level = models.IntegerField(default=1)
    acting_for = models.CharField(max_length=64, blank=True, db_index=True)
    """Who was away and had it decided in his place (代決)."""
    acting_salt = models.BinaryField(default=b"")
    seen_after = models.DateTimeField(null=True)
    """When that person read it afterwards (後閲)."""


class Arrival(models.Model):
    """One transfer that has arrived at this node."""

    transfer_id = models.CharField(max_length=40, primary_key=True)
    from_node = models.CharField(max_length=32)
    parcel_id = models.CharField(max_length=40)
    sender = models.CharField(max_length=64, db_index=True)
    sender_name = models.CharField(max_length=100)
    purpose = models.CharField(max_length=400)
    label = models.CharField(max_length=40)
    state = models.CharField(max_length=12, db_index=True)
    received = models.DateTimeField()
    collect_limit = models.IntegerField(default=0)
    erase_after = models.DateTimeField(db_index=True)
    erased = models.BooleanField(default=False)
    reports_object = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["received", "transfer_id"], name="arrival_newest"),
        ]


class ArrivedFile(models.Model):
    """One file of an arrived transfer. `sent` holds path, size and digest that it was sent with,
    where this side kept its own result instead."""

    arrival = models.ForeignKey(Arrival, on_delete=models.CASCADE, related_name="files")
    position = models.IntegerField()
    path = models.TextField()
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=40)
    outcome = models.CharField(max_length=12, blank=True)
    found = models.IntegerField(default=0)
    report_bytes = models.IntegerField(default=0)
    report_sha256 = models.CharField(max_length=64, blank=True)
    own_report_bytes = models.IntegerField(default=0)
    own_report_sha256 = models.CharField(max_length=64, blank=True)
    sent = models.JSONField(default=dict)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["arrival", "position"], name="arrived_place"),
        ]


class ArrivalAddressee(models.Model):
    """Somebody who may collect an arrived transfer."""

    arrival = models.ForeignKey(Arrival, on_delete=models.CASCADE, related_name="addressees")
    login = models.CharField(max_length=64, db_index=True)
    added_by = models.CharField(max_length=64, blank=True)
    """The addressee who handed it on to this person; empty: the sender named him."""


class Collection(models.Model):
    """One file collected once by one person."""

    file = models.ForeignKey(ArrivedFile, on_delete=models.CASCADE, related_name="collections")
    person = models.CharField(max_length=64, db_index=True)
    collected = models.DateTimeField()
