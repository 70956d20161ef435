"""How much memory this process may still take: the machine's, and its container's where that is less."""

from pathlib import Path

_MEMINFO = Path("/proc/meminfo")
_CGROUP = Path("/sys/fs/cgroup")


def available_bytes(meminfo: Path = _MEMINFO, cgroup: Path = _CGROUP) -> int | None:
    """Bytes that can be taken without swapping; None where the system does not tell (other than Linux).

    meminfo: the kernel's file; cgroup: root of the version-2 hierarchy as this process sees it.
    """
    try:
        lines = meminfo.read_text().splitlines()
        (line,) = [line for line in lines if line.startswith("MemAvailable:")]
        free = int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        return None
    try:
        limit, used = ((cgroup / name).read_text().strip() for name in ("memory.max", "memory.current"))
        return free if limit == "max" else max(0, min(free, int(limit) - int(used)))
    except (OSError, ValueError):
        return free
