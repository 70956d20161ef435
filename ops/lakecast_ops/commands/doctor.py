"""`lakecast doctor`: a check-up of this installation and of what it leans on. Exit codes: 0, 1 for warnings, 2."""

import os
from collections import Counter
from datetime import UTC, datetime

from lakecast_ops.lake_option import LakeOption, absolute
from lakecast_ops.problems import Failure, UsageProblem

NAME = "doctor"
EXAMPLE = "Example: lakecast doctor --lake s3://forecasts/lake"
_MARKS = {"ok": "✓", "note": "–", "warning": "!", "FAIL": "✗"}


def command(lake: LakeOption) -> None:
    """Check what is installed, the lake and its newest snapshot, Redis, keys and settings; troubles have a remedy."""
    from lakecast_ops.doctor.checkup import checkup
    from lakecast_ops.doctor.finding import Level

    counts = Counter[Level]()
    for finding in checkup(absolute(lake), os.environ, datetime.now(UTC)):
        counts[finding.level] += 1
        print(f"{_MARKS[finding.level.value]} {finding.subject:<12} {finding.message}", flush=True)
        if finding.remedy:
            print(f"{'':<15}→ {finding.remedy}", flush=True)
    if counts[Level.FAIL]:
        raise UsageProblem(f"{counts[Level.FAIL]} of these must be put right.")
    if counts[Level.WARNING]:
        raise Failure(f"{counts[Level.WARNING]} of these should be put right.")
