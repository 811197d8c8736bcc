"""Rings that the public reports: taken, told what may be told, reviewed by a person, and at last forgotten."""
