"""Load: `wrk` with bodies made beforehand, so that the client costs little and no question comes twice."""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.serving.processes import Server

_SCRIPT = """
local bodies = {}
for line in io.lines(os.getenv("BODIES")) do bodies[#bodies + 1] = line end
wrk.headers["Content-Type"] = os.getenv("CONTENT_TYPE")
wrk.headers["Accept"] = "application/json"
local at = 0
function request()
  at = at % #bodies + 1
  return wrk.format("POST", nil, nil, bodies[at])
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('RESULT {"requests":%d,"microseconds":%d,"p50":%.1f,"p99":%.1f,"bytes":%d,"errors":%d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), summary.bytes,
    e.status + e.connect + e.read + e.write + e.timeout))
end
"""


@dataclass(frozen=True)
class Load:
    """What one run of one question against one server cost."""

    requests: int
    per_second: float
    cpu_us: float
    p50_ms: float
    p99_ms: float
    kilobytes: float
    errors: int


def run(
    server: Server,
    path: str,
    bodies: Sequence[str],
    *,
    seconds: float,
    connections: int,
    content_type: str = "application/json",
    core: int | None = 1,
) -> Load:
    """Ask as fast as the server answers, over `connections`, and account its processor time per request."""
    with tempfile.TemporaryDirectory() as folder:
        script, questions = Path(folder, "load.lua"), Path(folder, "bodies")
        script.write_text(_SCRIPT)
        questions.write_text("\n".join(bodies) + "\n")
        pinned = [] if core is None else ["taskset", "-c", str(core)]
        before = server.cpu_seconds()
        finished = subprocess.run(
            [*pinned, "wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "30s", "-s", str(script),
             server.url(path)],
            env={"BODIES": str(questions), "CONTENT_TYPE": content_type, "PATH": "/usr/bin:/bin:/usr/local/bin"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        spent = server.cpu_seconds() - before
    line = next((line for line in finished.stdout.splitlines() if line.startswith("RESULT ")), None)
    if line is None:
        raise RuntimeError(f"wrk gave no result against {server.name}: {finished.stdout}{finished.stderr}")
    result = json.loads(line.removeprefix("RESULT "))
    count = max(result["requests"], 1)
    return Load(
        result["requests"],
        result["requests"] / result["microseconds"] * 1e6,
        spent / count * 1e6,
        result["p50"] / 1e3,
        result["p99"] / 1e3,
        result["bytes"] / count / 1e3,
        result["errors"],
    )
