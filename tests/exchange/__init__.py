"""How nodes talk, one part at a time."""
