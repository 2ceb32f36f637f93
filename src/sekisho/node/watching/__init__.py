"""Watched folders: files in them are submitted, or what arrives is written into them."""
