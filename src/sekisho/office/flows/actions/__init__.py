"""What people do to flows."""
