"""One node of the band exchange: records of one station, kept, searched and reported."""
