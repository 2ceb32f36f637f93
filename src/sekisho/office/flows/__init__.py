"""Recurring exchanges: what is passed regularly, why, and whether it still has to be."""
