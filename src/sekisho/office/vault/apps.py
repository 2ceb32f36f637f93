"""Registers the room with Django."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "sekisho.office.vault"
    label = "vault"
