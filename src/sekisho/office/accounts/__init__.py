"""People: who sends, approves, receives and runs the node."""
