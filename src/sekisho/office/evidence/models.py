"""Rows of the ledger. `ledger_leaf` and `ledger_tile` are written by the ledger engine alone."""

from django.db import models


class Event(models.Model):
    """One act: pending until the sequencer gives it its place (`leaf_index`) in the log."""

    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=64, db_index=True)
    time = models.DateTimeField(db_index=True)
    envelope = models.BinaryField()
    leaf_hash = models.CharField(max_length=64)
    leaf_index = models.BigIntegerField(null=True, unique=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(leaf_index__isnull=True),
                name="evidence_pending",
            ),
            models.Index(fields=["kind", "id"], name="evidence_kind"),
        ]


class Disclosure(models.Model):
    """What a salted hash in an event stands for; deleting the row erases it from the evidence."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="disclosures")
    field = models.CharField(max_length=40)
    salt = models.BinaryField()
    value = models.TextField()


class LedgerLeaf(models.Model):
    """Entry `idx` of the log, byte for byte."""

    idx = models.BigIntegerField(primary_key=True)
    hash = models.BinaryField()
    entry = models.BinaryField()

    class Meta:
        db_table = "ledger_leaf"


class LedgerTile(models.Model):
    """Up to 256 neighbouring hashes of one level of the tree."""

    level = models.IntegerField()
    idx = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        db_table = "ledger_tile"
        constraints = [models.UniqueConstraint(fields=["level", "idx"], name="ledger_tile_place")]


class Checkpoint(models.Model):
    """A signed checkpoint of this node's log."""

    size = models.BigIntegerField(primary_key=True)
    root = models.CharField(max_length=64)
    note = models.BinaryField()
    created = models.DateTimeField()


class Cosignature(models.Model):
    """What a witness added to one of our checkpoints."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, related_name="cosigned")
    witness = models.CharField(max_length=32)
    lines = models.TextField()
    received = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["checkpoint", "witness"], name="cosigned_once"),
        ]


class WitnessLink(models.Model):
    """What we know of one peer's log and it of ours."""

    peer = models.CharField(max_length=32, primary_key=True)
    offered_size = models.BigIntegerField(default=0)
    offered_at = models.DateTimeField(null=True)
    offered_from = models.BigIntegerField(default=0)
    """Where the proof of our last offer begins."""
    cosigned_size = models.BigIntegerField(default=0)
    refused_code = models.CharField(max_length=12, blank=True)
    seen_size = models.BigIntegerField(default=0)
    seen_root = models.CharField(max_length=64, blank=True)
    seen_note = models.BinaryField(null=True)
    answer = models.TextField(blank=True)
    answer_size = models.BigIntegerField(default=0)
    answer_code = models.CharField(max_length=12, blank=True)
    trouble = models.CharField(max_length=12, blank=True)
    trouble_evidence = models.BinaryField(null=True)


class SequencerState(models.Model):
    """One row that the sequencer locks, so that places are given out by one worker at a time."""

    name = models.CharField(max_length=16, primary_key=True)
