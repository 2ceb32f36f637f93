"""Risks: models of data linkage kept in versions, runs of them, and what people say of them."""
