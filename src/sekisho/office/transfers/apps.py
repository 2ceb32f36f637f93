"""Registers the room with Django."""

from django.apps import AppConfig


class TransfersConfig(AppConfig):
    name = "sekisho.office.transfers"
    label = "transfers"
