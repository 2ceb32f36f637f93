"""送る: drafts, files on their way in, and handing in."""
