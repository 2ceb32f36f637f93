"""承認: what waits for a decision, and deciding."""
