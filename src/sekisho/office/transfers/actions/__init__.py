"""The verbs of transfers: one function each, one transaction: the change and its evidence."""
