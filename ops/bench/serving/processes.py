"""Servers of the benchmark as processes: started, waited for, measured by the kernel's own accounting, stopped."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A command that listens on loopback, with all its children.

    Attributes:
        ready: path that answers without an error once the server can be asked.
        core: the processor that it is pinned to, None for any.
        seconds_to_ready: from the start of the process to the first good answer of `ready`.
    """

    name: str
    command: Sequence[str]
    port: int
    ready: str = "/health/ready"
    environment: Mapping[str, str] | None = None
    core: int | None = 0
    log: Path | None = None
    seconds_to_ready: float = 0.0
    _process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        pinned = [] if self.core is None else ["taskset", "-c", str(self.core)]
        output = open(self.log, "ab") if self.log else subprocess.DEVNULL
        began = time.perf_counter()
        self._process = subprocess.Popen(
            [*pinned, *self.command],
            env={**os.environ, **(self.environment or {})},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        self._wait()
        self.seconds_to_ready = time.perf_counter() - began
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def cpu_seconds(self) -> float:
        """Processor time of the process and its children so far."""
        return sum(_ticks(process) for process in self._tree()) / _TICK

    def memory_mb(self) -> float:
        """Resident memory of the process and its children."""
        return sum(_pages(process) for process in self._tree()) * _PAGE / 1e6

    def library_mb(self) -> float:
        """Of these, pages of files, such as libraries: workers share them, and the kernel takes them back at need."""
        return sum(_pages(process, field=2) for process in self._tree()) * _PAGE / 1e6

    def descriptors(self) -> int:
        """Open files and sockets of the process and its children."""
        return sum(len(os.listdir(f"/proc/{process}/fd")) for process in self._tree())

    def _tree(self) -> list[int]:
        assert self._process is not None
        known = [self._process.pid]
        for entry in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
            try:
                parent = int(Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            if parent in known and entry not in known:
                known.append(entry)
        return known

    def _wait(self, seconds: float = 300.0) -> None:
        assert self._process is not None
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with status {self._process.returncode}; see {self.log}")
            try:
                with urllib.request.urlopen(self.url(self.ready), timeout=5) as answer:
                    if answer.status == 200:
                        return
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    return
            except OSError:
                pass
            time.sleep(0.02)
        raise RuntimeError(f"{self.name} was not ready within {seconds:.0f} s; see {self.log}")


def _ticks(process: int) -> int:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    # Its own, and that of children that have ended: PostgreSQL's processes come and go with connections.
    return sum(int(field) for field in fields[11:15])


def _pages(process: int, field: int = 1) -> int:
    """Resident pages of a process; of field 2, those of files."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[field])
    except OSError:
        return 0
