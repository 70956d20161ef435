"""Whether known weaknesses touch the versions that `constraints/` pins: `.venv-ml/bin/python ops/audit.py`.

It needs no network: `constraints/advisories.json` holds what the Python Packaging Advisory Database (CC BY 4.0) says
of our packages, copied by `make advisories FROM=folder`. It fails for a weakness, for a pin that was never looked up,
and where there is nothing to look up in; an old copy is said loudly, since it knows nothing of what was found since.
"""

import argparse
import datetime as dt
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).parents[1]
PINS = tuple(ROOT / "constraints" / f"{environment}.txt" for environment in ("ml", "serve", "mlflow"))
COPY = ROOT / "constraints" / "advisories.json"
OLD_DAYS = 60
"""Days after which a copy of the database is called old."""
SOURCE = "pypa/advisory-database, CC BY 4.0"


class AuditError(Exception):
    """Nothing could be looked up; the message says why and what to do."""


def pins(files: Iterable[Path]) -> dict[str, set[str]]:
    """Package -> the versions that are pinned of it."""
    found: dict[str, set[str]] = {}
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            name, _, version = line.partition("#")[0].partition(";")[0].strip().partition("==")
            if version:
                found.setdefault(canonicalize_name(name), set()).add(version.strip())
    if not found:
        raise AuditError("constraints/ pins nothing.")
    return found


def affects(affected: Mapping[str, Any], version: str) -> bool:
    """Whether a package's entry (OSV's `affected`) covers a version. https://ossf.github.io/osv-schema/"""
    if version in affected.get("versions", ()):
        return True
    ours = Version(version)
    for span in affected.get("ranges", ()):
        if span.get("type") == "ECOSYSTEM" and _within(span.get("events", ()), ours):
            return True
    return False


def _within(events: Iterable[Mapping[str, str]], ours: Version) -> bool:
    inside = False
    for event in events:
        (kind, text), *_ = event.items()
        try:
            at = Version(text)
        except InvalidVersion:
            return True  # rather looked at by somebody than passed over
        if kind == "introduced" and ours >= at:
            inside = True
        elif (kind == "fixed" and ours >= at) or (kind == "last_affected" and ours > at):
            inside = False
    return inside


def copied(database: Path, packages: Iterable[str], day: dt.date) -> dict[str, Any]:
    """What a checkout of the database, whose newest change is of `day`, says of these packages."""
    vulns = database / "vulns"
    if not vulns.is_dir():
        raise AuditError(f"{database} is no checkout of pypa/advisory-database: there is no folder vulns.")
    names = sorted(packages)
    advisories = []
    for name in names:
        for file in sorted((vulns / name).glob("*.yaml")):
            told = yaml.safe_load(file.read_text(encoding="utf-8"))
            if told.get("withdrawn"):
                continue
            for one in told["affected"]:
                if canonicalize_name(one["package"]["name"]) == name:
                    spans = [span for span in one.get("ranges", []) if span["type"] == "ECOSYSTEM"]
                    versions = [] if spans else one.get("versions", [])  # which repeat the ranges
                    advisories.append(
                        {"id": told["id"], "package": name, "aliases": told.get("aliases", []),
                         "ranges": spans, "versions": versions}
                    )  # fmt: skip
    return {"source": SOURCE, "day": day.isoformat(), "packages": names, "advisories": advisories}


def audit(pinned: Mapping[str, set[str]], copy: Path) -> tuple[list[str], dt.date]:
    """A sentence for each pin that a weakness touches, and of which day the copy is. Raises AuditError."""
    remedy = "Copy the advisories anew: make advisories FROM=checkout of pypa/advisory-database"
    try:
        told = json.loads(copy.read_text(encoding="utf-8"))
        day, looked_up, advisories = dt.date.fromisoformat(told["day"]), set(told["packages"]), told["advisories"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AuditError(f"{copy} cannot be read ({error}). {remedy}") from error
    unknown = sorted(set(pinned) - looked_up)
    if unknown:
        raise AuditError(f"Never looked up: {', '.join(unknown)}. {remedy}")
    sentences = [
        f"{one['package']} {version}: {one['id']} ({', '.join(one['aliases']) or 'no other name'})"
        for one in advisories
        for version in sorted(pinned.get(one["package"], ()))
        if affects(one, version)
    ]
    return sentences, day


def main() -> int:
    """0 where nothing is known, else 1."""
    reads = argparse.ArgumentParser(description=__doc__)
    reads.add_argument("--copy-from", type=Path, help="checkout of pypa/advisory-database")
    reads.add_argument("--day", type=dt.date.fromisoformat, help="day of its newest change")
    asked = reads.parse_args()
    try:
        pinned = pins(PINS)
        if asked.copy_from:
            COPY.write_text(json.dumps(copied(asked.copy_from, pinned, asked.day), separators=(",", ":")) + "\n")
        sentences, day = audit(pinned, COPY)
    except AuditError as error:
        print(f"audit: NOT DONE. {error}", file=sys.stderr)
        return 1
    for sentence in sentences:
        print(f"audit: {sentence}", file=sys.stderr)
    age = (dt.datetime.now(dt.UTC).date() - day).days
    print(f"audit: {len(pinned)} packages, advisories of {day}: {len(sentences)} touch our versions")
    if age > OLD_DAYS:
        print(
            f"audit: *** THESE ADVISORIES ARE {age} DAYS OLD and know nothing of what was found since: "
            "make advisories FROM=checkout of pypa/advisory-database ***",
            file=sys.stderr,
        )
    return 1 if sentences else 0


if __name__ == "__main__":
    sys.exit(main())
