"""The conversation: what one node asks, what the other answers, and what becomes of what came."""
