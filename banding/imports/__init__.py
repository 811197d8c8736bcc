"""Other people's files on their way to the one door."""
