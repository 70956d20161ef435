"""One small lake for all tests of reading, as the product loads it and as plain rows."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
