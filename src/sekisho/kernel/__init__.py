"""The words all parts share: identifiers, digests, clock, limits, documents, coded errors.

Imports nothing else of ours.
"""
