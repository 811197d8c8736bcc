"""Whole nodes, talking to each other through the real bytes of the protocol."""
