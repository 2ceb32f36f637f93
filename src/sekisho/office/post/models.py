"""Rows of the sealed post."""

from django.db import models


class DirectoryVersion(models.Model):
    """A node directory accepted by this node, byte for byte."""

    version = models.BigIntegerField(primary_key=True)
    envelope = models.BinaryField()
    accepted = models.DateTimeField()


class Handover(models.Model):
    """A signed hand-over from one key set of a node to the next."""

    node = models.CharField(max_length=32)
    number = models.IntegerField()
    envelope = models.BinaryField()
    accepted = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["node", "number"], name="handover_once"),
        ]


class KeyBatch(models.Model):
    """A batch of receiver keys: ours to be published, or a peer's that was accepted."""

    batch_id = models.CharField(max_length=40, primary_key=True)
    owner = models.CharField(max_length=32)
    for_node = models.CharField(max_length=32)
    envelope = models.BinaryField()
    published = models.BooleanField(default=False)
    use_until = models.DateTimeField()
    created = models.DateTimeField()


class ReceiverKey(models.Model):
    """The private half of a key that one peer may seal to; deleting the row destroys it."""

    key_id = models.CharField(max_length=64, primary_key=True)
    for_node = models.CharField(max_length=32)
    kind = models.CharField(max_length=8)
    suite = models.CharField(max_length=8)
    wrapped_private = models.BinaryField()
    used_by = models.CharField(max_length=40, blank=True)
    expires = models.DateTimeField(db_index=True)


class PeerKey(models.Model):
    """The public half of a key that we may seal to; a one-time key is used by one parcel."""

    key_id = models.CharField(max_length=64, primary_key=True)
    owner = models.CharField(max_length=32)
    kind = models.CharField(max_length=8)
    day = models.DateField(null=True)
    suite = models.CharField(max_length=8)
    public = models.BinaryField()
    use_until = models.DateTimeField()
    expires = models.DateTimeField()
    used_by = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [models.Index(fields=["owner", "kind", "used_by"])]


class OutgoingParcel(models.Model):
    """A parcel on its way out; the row is the intent, the queue and the result."""

    parcel_id = models.CharField(max_length=40, primary_key=True)
    kind = models.CharField(max_length=8)
    receiver = models.CharField(max_length=32)
    transfer_id = models.CharField(max_length=40, blank=True, db_index=True)
    receiver_key_id = models.CharField(max_length=64)
    receiver_key_kind = models.CharField(max_length=8)
    wrapped_secret = models.BinaryField(null=True)
    letter = models.BinaryField(null=True)
    head = models.BinaryField(null=True)
    manifest = models.BinaryField(null=True)
    blocks = models.IntegerField(default=0)
    state = models.CharField(max_length=8, db_index=True)
    code = models.CharField(max_length=12, blank=True)
    created = models.DateTimeField()
    expires = models.DateTimeField(db_index=True)
    attempts = models.IntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    fence = models.IntegerField(default=0)


class IncomingParcel(models.Model):
    """A parcel that was seen in the store; kept for good, so that a replay is known as one."""

    sender = models.CharField(max_length=32)
    parcel_id = models.CharField(max_length=40)
    kind = models.CharField(max_length=8, blank=True)
    state = models.CharField(max_length=8, db_index=True)
    code = models.CharField(max_length=12, blank=True)
    detail = models.JSONField(default=dict)
    manifest = models.BinaryField(null=True)
    transfer_id = models.CharField(max_length=40, blank=True, db_index=True)
    first_seen = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    fence = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sender", "parcel_id"], name="parcel_once"),
        ]


class Receipt(models.Model):
    """A signed receipt: written by us for a peer, or by a peer for us."""

    parcel_id = models.CharField(max_length=40)
    author = models.CharField(max_length=32)
    addressee = models.CharField(max_length=32)
    envelope = models.BinaryField()
    sent_in = models.CharField(max_length=40, blank=True, db_index=True)
    created = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parcel_id", "author"], name="receipt_once"),
        ]
