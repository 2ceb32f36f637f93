"""People of this node's zone."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class People(BaseUserManager["Person"]):
    """People by the name they sign in with."""


class Person(AbstractBaseUser):
    """Somebody who may act here; `login` is the name that evidence ids are made from.

    Who only works on the command line, or signs in through LDAP or OIDC, has no usable password.
    """

    login = models.CharField(max_length=64, primary_key=True)
    password = models.CharField(max_length=128, default="", blank=True)
    name = models.CharField(max_length=100)
    division = models.CharField(max_length=100, blank=True)
    roles = models.JSONField(default=list)
    active = models.BooleanField(default=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=2, blank=True)

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    objects = People()

    @property
    def is_active(self) -> bool:
        """What Django's sign-in asks."""
        return self.active

    def get_full_name(self) -> str:
        """What pages greet a person with."""
        return self.name
