"""Registers the room with Django."""

from django.apps import AppConfig


class PostConfig(AppConfig):
    name = "sekisho.office.post"
    label = "post"
