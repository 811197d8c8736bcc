"""The store and its questions, over a real file."""
