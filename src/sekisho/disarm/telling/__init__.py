"""Reports in words: for a terminal, and as a page that stands by itself."""
