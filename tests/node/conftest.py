"""A real node in a folder of its own."""

from tests.node.records import node

__all__ = ["node"]
