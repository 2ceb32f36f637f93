"""Fuzzing guided by coverage, beside hypothesis, for the two parsers that meet strangers' bytes."""
