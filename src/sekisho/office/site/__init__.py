"""What the rooms share: Django's settings, the current database, the desk."""
