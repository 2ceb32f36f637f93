"""Pages about models of data linkage: versions, runs, what they found."""
