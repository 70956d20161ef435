"""Load: `wrk` with bodies made beforehand, so that the client costs little and no question comes twice."""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.serving.clients import CLIENTS, Headers
from bench.serving.processes import Server

_SCRIPT = """
local bodies = {}
for line in io.lines(os.getenv("BODIES")) do bodies[#bodies + 1] = line end
for line in io.lines(os.getenv("HEADERS")) do
  local name, value = line:match("^([^:]+): (.*)$")
  wrk.headers[name] = value
end
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
    headers: Headers = CLIENTS["bare"],
    content_type: str = "application/json",
    core: int | None = 1,
) -> Load:
    """Ask as fast as the server answers, over `connections`, and account its processor time per request.

    `wrk` counts whole seconds.
    """
    with tempfile.TemporaryDirectory() as folder:
        script, questions, head = Path(folder, "load.lua"), Path(folder, "bodies"), Path(folder, "headers")
        script.write_text(_SCRIPT)
        questions.write_text("\n".join(bodies) + "\n")
        sent = {"Content-Type": content_type, **headers}
        head.write_text("".join(f"{name}: {value}\n" for name, value in sent.items()))
        pinned = [] if core is None else ["taskset", "-c", str(core)]
        before = server.cpu_seconds()
        finished = subprocess.run(
            [*pinned, "wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "30s",
             "-s", str(script), server.url(path)],
            env={"BODIES": str(questions), "HEADERS": str(head), "PATH": "/usr/bin:/bin:/usr/local/bin"},
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
