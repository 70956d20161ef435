"""What the server answers about a lake that the assets wrote, computed a second time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

VALUES = Path(__file__).resolve().parents[1] / "graphql" / "values"


@pytest.mark.slow
def test_every_value_equals_a_second_computation(published: Path) -> None:
    environ = {**os.environ, "LAKECAST_VALUES_LAKE": str(published)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(VALUES)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
