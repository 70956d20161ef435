"""The serving benchmark: our server, the bytes limit and the peers beside each other on the same data."""
