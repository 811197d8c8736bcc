"""The door, the settings and the shape of one node."""
