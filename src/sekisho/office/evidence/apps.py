"""Registers the room with Django."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "sekisho.office.evidence"
    label = "evidence"
