"""What an ornithologist asks for: returns as rows, read from the store and worked out by the domain."""
