"""People of this node's zone, where they work, and who stands in for them."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac


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
    person_id = models.CharField(max_length=40, blank=True)
    """What the evidence calls this person: random, so that it tells nothing of the login."""
    until = models.DateField(null=True, blank=True)
    """The last day at work, if it is known; the day after, the worker retires the person."""
    temporary = models.BooleanField(default=False)
    """Somebody else chose the password: it is changed at the first sign-in."""
    epoch = models.PositiveIntegerField(default=0)
    """Grows when every session of this person is to end."""

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    objects = People()

    @property
    def is_active(self) -> bool:
        """What Django's sign-in asks."""
        return self.active

    def has_usable_password(self) -> bool:
        """Whether there is a password at this node; Django takes none at all for one."""
        return bool(self.password) and super().has_usable_password()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must agree with: another password or epoch ends it (Django asks this)."""
        salt = "sekisho.office.accounts.Person.session"
        value = f"{self.epoch}:{self.password}"
        return salted_hmac(salt, value, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        """What pages greet a person with."""
        return self.name


class Unit(models.Model):
    """A 部, 課 or 係 for one span of days; a new name or place in the tree is a new row."""

    code = models.CharField(max_length=32, db_index=True)
    name = models.CharField(max_length=100)
    parent = models.CharField(max_length=32, blank=True)
    starts = models.DateField()
    ends = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "starts"], name="unit_once")]


class Appointment(models.Model):
    """A person's post in one unit for one span of days (`ends` is the last of them).

    Several at once are 兼務; one of them is the main one.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="appointments")
    unit = models.CharField(max_length=32, db_index=True)
    post = models.CharField(max_length=100, blank=True)
    head = models.BooleanField(default=False)
    main = models.BooleanField(default=True)
    starts = models.DateField()
    ends = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "unit", "starts"], name="appointment_once"),
        ]


class Absence(models.Model):
    """A person is away from a moment to a moment, and who decides in his place."""

    absence_id = models.CharField(max_length=40, primary_key=True)
    person = models.CharField(max_length=64, db_index=True)
    deputy = models.CharField(max_length=64, db_index=True)
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    reason = models.CharField(max_length=400, blank=True)
    said_by = models.CharField(max_length=64)
    ended = models.DateTimeField(null=True)


class SignInTally(models.Model):
    """Failed sign-ins in a row, of one login or from one address.

    Of both only a digest is kept: people type passwords where the login belongs.
    """

    key = models.CharField(max_length=80, primary_key=True)
    count = models.IntegerField(default=0)
    last = models.DateTimeField(db_index=True)
    locked_until = models.DateTimeField(null=True)
