"""How nodes talk: the trusted log, what may leave, and the conversation itself."""
