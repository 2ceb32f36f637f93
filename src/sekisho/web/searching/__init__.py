"""探す: transfers by words, person, period, state; and all of them as a table."""
