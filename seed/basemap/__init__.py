"""The map that works with no internet: land, rivers and lakes as GeoJSON, and the scripts that made them."""
