"""Tests of what reads other people's files for the one door."""
