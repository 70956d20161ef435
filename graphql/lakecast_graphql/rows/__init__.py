"""Rows of an answer: columns, and their JSON."""
