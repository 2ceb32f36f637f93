"""One module for each family of formats: each takes a file apart and writes what it knows anew."""
