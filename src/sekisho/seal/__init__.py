"""Parcels, node keys and the vault: what is sealed, to whom, and how keys end."""
