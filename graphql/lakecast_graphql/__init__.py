"""The GraphQL server over published snapshots."""

import os

# Arrow's own pool keeps what a load frees, 14 MB from its first use on. Has to be said before Arrow is imported.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
