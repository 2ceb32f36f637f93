"""The paperwork: Django apps, one per room. Judgements in rules.py, verbs in actions.py."""
