"""`lakecast` as if nothing but `lakecast[serve]` were installed.

The test environment also holds pytest, mypy and other tools. Here every module of a distribution that the extra `serve`
does not bring, directly or indirectly, is refused as not found; then the command line takes over.
"""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from types import ModuleType

from packaging.requirements import Requirement


def closure(name: str, extra: str) -> set[str]:
    """Names of all distributions that installing `name[extra]` brings."""
    found: set[str] = set()
    waiting = [(name, (extra,))]
    seen = set()
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        name, extras = current
        found.add(canonical(name))
        try:
            lines = requires(name) or []
        except PackageNotFoundError:
            continue
        for requirement in map(Requirement, lines):
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                waiting.append((requirement.name, tuple(sorted(requirement.extras))))
    return found


def canonical(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


class OnlyServe:
    """Refuses modules of other distributions; those of the standard library and of none pass."""

    def __init__(self) -> None:
        brought = closure("lakecast", "serve")
        self.refused = {
            module
            for module, owners in packages_distributions().items()
            if not any(canonical(owner) in brought for owner in owners)
        }

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Found by nobody else, because this is asked first."""
        if name.partition(".")[0] in self.refused:
            raise ModuleNotFoundError(f"No module named {name!r} in lakecast[serve]", name=name)
        return None


if __name__ == "__main__":
    gate = OnlyServe()
    for loaded in [name for name in sys.modules if name.partition(".")[0] in gate.refused]:
        del sys.modules[loaded]
    sys.meta_path.insert(0, gate)  # type: ignore[arg-type]
    from lakecast_ops.cli import main

    main()
