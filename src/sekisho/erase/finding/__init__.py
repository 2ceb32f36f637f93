"""Which media are attached: what the system says, what each drive says, what lies on it."""
