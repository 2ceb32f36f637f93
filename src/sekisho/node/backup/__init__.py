"""A node's copy for the worst day: made while it runs, checked, and restored as it should be."""
