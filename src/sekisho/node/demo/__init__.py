"""The demonstration: three nodes in one folder, and the real thing before the reader's eyes."""
