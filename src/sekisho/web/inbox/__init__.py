"""要対応: what waits for the person who looks."""
