"""Entering, correcting and looking at records in the pages."""
