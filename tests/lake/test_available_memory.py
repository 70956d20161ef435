"""What may still be taken: the machine's memory, and no more than the container's."""

from pathlib import Path

import pytest

from lakecast_lake.available_memory import available_bytes


@pytest.mark.parametrize(
    ("limit", "used", "free"),
    [("max", "7", 2_048_000), ("1000000", "400000", 600_000), ("9000000", "1", 2_048_000), ("5", "9", 0)],
)
def test_the_tighter_of_machine_and_container_counts(tmp_path: Path, limit: str, used: str, free: int) -> None:
    (tmp_path / "meminfo").write_text("MemTotal: 4000 kB\nMemAvailable:    2000 kB\n")
    (tmp_path / "memory.max").write_text(f"{limit}\n")
    (tmp_path / "memory.current").write_text(f"{used}\n")
    assert available_bytes(tmp_path / "meminfo", tmp_path) == free


def test_where_the_system_does_not_tell_nothing_is_guessed(tmp_path: Path) -> None:
    assert available_bytes(tmp_path / "nothing", tmp_path) is None
    (tmp_path / "meminfo").write_text("MemAvailable: 2 kB\n")
    assert available_bytes(tmp_path / "meminfo", tmp_path) == 2_048
