"""Progress of long work: a live display on a terminal, plain lines elsewhere; items, sources and time left."""
