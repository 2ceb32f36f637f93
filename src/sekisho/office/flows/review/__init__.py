"""The review of flows: what is known of them, what follows from it, and in which words."""
