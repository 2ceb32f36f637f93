"""Rows of disposal: devices and media, and the numbers they are called by."""

from django.db import models


class Asset(models.Model):
    """One device or medium. `inside` is the device that a medium is built into; `media` is how
    many media a device contains, None as long as nobody has looked. `edition` counts changes."""

    code = models.CharField(max_length=24, primary_key=True)
    serial = models.CharField(max_length=64, blank=True, db_index=True)
    kind = models.CharField(max_length=12, db_index=True)
    model = models.CharField(max_length=100, blank=True)
    size = models.CharField(max_length=40, blank=True)
    label = models.CharField(max_length=16, blank=True)
    unit = models.CharField(max_length=100, blank=True, db_index=True)
    place = models.CharField(max_length=100, blank=True)
    holder = models.CharField(max_length=100, blank=True)
    inside = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="contents")
    media = models.IntegerField(null=True)
    lease = models.CharField(max_length=100, blank=True)
    lease_until = models.DateField(null=True)
    note = models.CharField(max_length=400, blank=True)
    state = models.CharField(max_length=12, db_index=True)
    edition = models.IntegerField(default=1)
    created = models.DateTimeField()
    changed = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["serial"], condition=~models.Q(serial=""), name="asset_serial_once"
            ),
        ]


class Numbering(models.Model):
    """The last number that was given to an asset of a kind without a code of its own."""

    name = models.CharField(max_length=8, primary_key=True)
    last = models.IntegerField(default=0)
