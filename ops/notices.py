"""THIRD-PARTY-NOTICES.md: what an installation brings, and under which licences.

Each environment knows its own packages: run it in both, `.venv-ml/bin/python ops/notices.py` and
`.venv-serve/bin/python ops/notices.py`. A test holds the file against what is installed.
"""

import re
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "THIRD-PARTY-NOTICES.md"
EXTRAS = {"ml": ("ml", "dask"), "serve": ("serve",), "mlflow": ("mlflow",)}
"""Environment -> the extras of Lakecast that it has."""
_SHORT = 60
"""Characters beyond which the metadata hold a licence's text and not its name."""


def brought(extras: tuple[str, ...]) -> list[str]:
    """Names of the distributions that installing `lakecast` with these extras brings, itself aside."""
    names: dict[str, str] = {}
    waiting, done = [("lakecast", extras)], set()
    while waiting:
        current = waiting.pop()
        if current in done:
            continue
        done.add(current)
        name, wanted = current
        try:
            found = distribution(name)
        except PackageNotFoundError:  # of another system or Python
            continue
        names[_canonical(name)] = found.metadata["Name"]
        for requirement in map(Requirement, found.requires or ()):
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *wanted)):
                waiting.append((requirement.name, tuple(sorted(requirement.extras))))
    names.pop("lakecast")
    return sorted(names.values(), key=str.lower)


def licence(name: str) -> str:
    """The licence that a distribution states, as one line."""
    metadata = distribution(name).metadata
    if expression := metadata.get("License-Expression"):
        return str(expression)
    stated = (metadata.get("License") or "").strip().split("\n")[0]
    if stated and len(stated) <= _SHORT and stated != "UNKNOWN" and not stated.startswith("Copyright"):
        return stated
    classes = [
        text.rpartition(" :: ")[2] for text in metadata.get_all("Classifier") or () if text.startswith("License")
    ]
    return ", ".join(classes) or "see its files"


def section(environment: str) -> str:
    """The table of an environment, from its heading on."""
    extras = EXTRAS[environment]
    lines = [f"| {name} | {licence(name)} |" for name in brought(extras)]
    head = f"## What `lakecast[{','.join(extras)}]` installs\n\n| package | licence |\n|---|---|\n"
    return head + "\n".join(lines) + "\n"


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> int:
    """Write the table of this environment anew."""
    environment = Path(sys.prefix).name.removeprefix(".venv-")
    new, text = section(environment), FILE.read_text(encoding="utf-8")
    heading = new.partition("\n")[0]
    before, _, rest = text.partition(heading)
    after = rest[rest.find("\n## ") + 1 :] if "\n## " in rest else ""
    FILE.write_text(before + new + ("\n" + after if after else ""), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
