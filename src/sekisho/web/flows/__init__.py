"""定例連携: the register, its review, hearing sheets, and how much was stopped."""
