"""The evidence ledger: a Merkle log, its checkpoints and witnesses, and packages of evidence.

Knows no Django and no network. Time, randomness and the database come in as arguments.
"""
