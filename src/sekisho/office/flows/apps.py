"""Registers the room with Django."""

from django.apps import AppConfig


class FlowsConfig(AppConfig):
    name = "sekisho.office.flows"
    label = "flows"
