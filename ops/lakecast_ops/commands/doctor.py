"""`lakecast doctor`: a check-up of this installation and of what it leans on."""

import os
from datetime import UTC, datetime

from lakecast_ops.lake_option import LakeOption, absolute
from lakecast_ops.problems import Failure

NAME = "doctor"
EXAMPLE = "Example: lakecast doctor --lake s3://forecasts/lake"
_MARKS = {"ok": "✓", "note": "–", "FAIL": "✗"}


def command(lake: LakeOption) -> None:
    """Check what is installed, the lake and its newest snapshot, Redis, keys and settings; troubles have a remedy."""
    from lakecast_ops.doctor.checkup import checkup
    from lakecast_ops.doctor.finding import Level

    failures = 0
    for finding in checkup(absolute(lake), os.environ, datetime.now(UTC)):
        failures += finding.level is Level.FAIL
        print(f"{_MARKS[finding.level.value]} {finding.subject:<12} {finding.message}", flush=True)
        if finding.remedy:
            print(f"{'':<15}→ {finding.remedy}", flush=True)
    if failures:
        raise Failure(f"{failures} of these must be put right.")
