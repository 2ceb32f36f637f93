"""Sekisho (関所): what leaves a boundary passes one checkpoint and leaves evidence."""

__version__ = "0.1.0"
