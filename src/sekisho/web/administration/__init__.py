"""設定: how the node stands and what it does, for who runs or oversees it."""
