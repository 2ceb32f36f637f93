"""Looks into files: so far only what kind of content a file has, whatever its name says."""
