"""The pure core: what banders know about rings, days, places, birds and journeys; values in, values out."""
