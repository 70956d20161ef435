"""One module per command: NAME, EXAMPLE, and the function `command` whose docstring is its help."""
