"""Flows as tables: the register out and in, hearing sheets out and in."""
