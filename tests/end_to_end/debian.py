"""What comes from Debian's packages, and may not be there."""

import os
import shutil
from typing import NoReturn

import pytest


def not_tested(missing: str, subject: str, packages: str) -> NoReturn:
    """Skip a test for something that is missing, so that nobody overlooks it; in CI it fails."""
    message = f"{missing}: {subject} NOT tested (Debian: apt-get install {packages})"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def chromium(subject: str) -> str:
    """The path of Chromium; `subject` with its verb is what is not tested without it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return path or not_tested("Chromium is not installed", subject, "chromium")
