"""The interface for programs: the same verbs as the pages, with a token of their own."""
