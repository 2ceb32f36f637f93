"""Verbs of the room, one file for each kind of thing."""
