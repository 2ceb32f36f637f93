"""Drafts of transfers, the files that browsers bring into them, and what is handed out."""
