"""Registers the room with Django."""

from django.apps import AppConfig


class UploadsConfig(AppConfig):
    name = "sekisho.office.uploads"
    label = "uploads"
