"""Rounds of faults: real processes, lines that are bad, kills at any moment, and the law that holds afterwards."""
