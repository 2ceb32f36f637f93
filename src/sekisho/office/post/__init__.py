"""The sealed post: the directory, keys for receiving, parcels out and in."""
