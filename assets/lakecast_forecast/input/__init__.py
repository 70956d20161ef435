"""Rows of demand as people have them, turned into series."""
