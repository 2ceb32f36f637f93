"""People of this node's zone."""

from django.db import models


class Person(models.Model):
    """Somebody who may act here; `login` is the name that evidence ids are made from."""

    login = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=100)
    division = models.CharField(max_length=100, blank=True)
    roles = models.JSONField(default=list)
    active = models.BooleanField(default=True)
