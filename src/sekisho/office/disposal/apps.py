"""Registers the room with Django."""

from django.apps import AppConfig


class DisposalConfig(AppConfig):
    name = "sekisho.office.disposal"
    label = "disposal"
