"""The demonstration: its season and its runner."""
