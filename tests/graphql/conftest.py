"""Makes the modules beside the tests importable: contracts compared, lakes to serve, servers that run."""

import sys
from pathlib import Path

# `--import-mode=importlib` leaves sys.path alone; the folder must not be found under the name `graphql`.
sys.path.append(str(Path(__file__).parent))
