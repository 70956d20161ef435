"""Which snapshot is served, and how workers hear of a newer one."""
