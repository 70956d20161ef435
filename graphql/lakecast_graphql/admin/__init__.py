"""Who may change what is served: keys, their bounds, and a log of what they did."""
