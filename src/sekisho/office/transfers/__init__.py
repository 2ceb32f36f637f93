"""Transfers (受け渡し): from the first draft to the destroyed key."""
