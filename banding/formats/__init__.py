"""File formats, one file each: reading and writing side by side, without a store and without a web."""
