"""Bounds that clients may rely on, because the published contract names them."""

MAX_PAGE = 10_000
"""Rows of one page at most: the largest `first`."""
