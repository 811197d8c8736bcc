"""The pure core, tested without a store, a clock or a network."""
