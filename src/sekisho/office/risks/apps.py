"""Registers the room with Django."""

from django.apps import AppConfig


class RisksConfig(AppConfig):
    name = "sekisho.office.risks"
    label = "risks"
