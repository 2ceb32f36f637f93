"""Objects at rest. Deleting a row destroys the only way to read the object."""

from django.db import models


class VaultObject(models.Model):
    """One object: its data key wrapped under a vault key that lies outside the database."""

    object_id = models.CharField(max_length=40, primary_key=True)
    wrapped_key = models.BinaryField()
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    created = models.DateTimeField()


class Removal(models.Model):
    """An object whose key is gone and whose ciphertext is still to be removed from the disk."""

    object_id = models.CharField(max_length=40, primary_key=True)


class RotationOwed(models.Model):
    """One row while old copies of a destroyed secret still open under the present vault key."""

    since = models.DateTimeField()
