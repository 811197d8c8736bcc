"""What may leave a node, and to whom."""
