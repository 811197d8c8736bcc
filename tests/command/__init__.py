"""What a person types at a terminal, tried on real folders."""
