"""Tests of the language that the nodes share."""
