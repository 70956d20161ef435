"""The audit fails for a weakness of a pinned version, and never says that there is none where it could not look up."""

import datetime as dt
import json
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_spec = spec_from_file_location("audit", ROOT / "ops" / "audit.py")
assert _spec is not None
assert _spec.loader is not None
audit = module_from_spec(_spec)
_spec.loader.exec_module(audit)

WEAKNESS = """
id: PYSEC-1
aliases: [CVE-1]
affected:
- package: {name: Left_Pad, ecosystem: PyPI}
  ranges:
  - type: GIT
    events: [{introduced: "0"}]
  - type: ECOSYSTEM
    events: [{introduced: "0"}, {fixed: "1.2"}, {introduced: "2.0"}, {last_affected: "2.3"}]
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of a database of one weakness, and one that was withdrawn."""
    folder = tmp_path / "database" / "vulns" / "left-pad"
    folder.mkdir(parents=True)
    (folder / "PYSEC-1.yaml").write_text(WEAKNESS)
    (folder / "PYSEC-2.yaml").write_text(WEAKNESS.replace("PYSEC-1", "PYSEC-2") + 'withdrawn: "2026-01-01T00:00:00Z"')
    told = audit.copied(tmp_path / "database", ["left-pad", "other"], dt.date(2026, 1, 2))
    (tmp_path / "copy.json").write_text(json.dumps(told))
    return tmp_path / "copy.json"


@pytest.mark.parametrize(
    ("version", "touched"),
    [("0.1", True), ("1.1.9", True), ("1.2", False), ("1.9", False), ("2.0rc1", False), ("2.0", True), ("2.3", True),
     ("2.3.1", False)],
)  # fmt: skip
def test_a_weakness_touches_the_versions_that_it_says(copy: Path, version: str, touched: bool) -> None:
    sentences, day = audit.audit({"left-pad": {version}, "other": {"1"}}, copy)
    assert sentences == ([f"left-pad {version}: PYSEC-1 (CVE-1)"] if touched else [])
    assert day == dt.date(2026, 1, 2)


def test_listed_versions_count_where_there_are_no_ranges() -> None:
    assert audit.affects({"versions": ["1.0"]}, "1.0")
    assert not audit.affects({"versions": ["1.0"]}, "1.0.1")


def test_what_was_never_looked_up_is_no_pass(copy: Path, tmp_path: Path) -> None:
    with pytest.raises(audit.AuditError, match="Never looked up: new-one"):
        audit.audit({"left-pad": {"9"}, "new-one": {"1"}}, copy)
    with pytest.raises(audit.AuditError, match="make advisories"):
        audit.audit({"left-pad": {"9"}}, tmp_path / "nothing.json")
    with pytest.raises(audit.AuditError, match="no checkout"):
        audit.copied(tmp_path / "nothing", ["left-pad"], dt.date(2026, 1, 1))
    (tmp_path / "empty.txt").write_text("")
    with pytest.raises(audit.AuditError, match="pins nothing"):
        audit.pins([tmp_path / "empty.txt"])


def test_every_pin_of_this_repository_was_looked_up() -> None:
    done = subprocess.run([sys.executable, ROOT / "ops" / "audit.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "0 touch our versions" in done.stdout
