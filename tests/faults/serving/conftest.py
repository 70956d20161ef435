"""Lakes and servers are those of the servers' and the lake's tests."""

import sys
from pathlib import Path

# `--import-mode=importlib` leaves sys.path alone.
for folder in ("graphql", "lake"):
    sys.path.append(str(Path(__file__).parents[2] / folder))
