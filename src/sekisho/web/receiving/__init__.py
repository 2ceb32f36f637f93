"""受け取る: what has arrived for me, and taking it."""
