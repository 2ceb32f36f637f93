"""Talking to drives: bytes of their commands and answers, and the two ways to send them."""
