"""Both environments from outside: the command line of each, and a running server."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
STOP_SECONDS = 20


def environment(**settings: str) -> dict[str, str]:
    """This process's environment without anyone's Lakecast settings, and with these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LAKECAST_", "DAGSTER_"))}
    return {**kept, "OMP_NUM_THREADS": "1", **settings}


def lakecast(
    side: str, *arguments: str | Path, cwd: Path | None = None, code: int = 0, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run `lakecast` of the environment `ml` or `serve`, and insist on its exit code."""
    command = [str(ROOT / f".venv-{side}" / "bin" / "lakecast"), *map(str, arguments)]
    done = subprocess.run(
        command, cwd=cwd or ROOT, env=environment(**settings), capture_output=True, text=True, check=False
    )
    assert done.returncode == code, f"{' '.join(command)}\nexit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


@dataclass(frozen=True)
class Response:
    """What came back over HTTP."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Server:
    """A running `lakecast serve`."""

    url: str
    process: subprocess.Popen[str]

    def request(
        self, path: str, payload: object = None, headers: Mapping[str, str] | None = None, *, method: str | None = None
    ) -> Response:
        """GET, or POST of a JSON payload."""
        data = None if payload is None else json.dumps(payload).encode()
        sent = {"Accept": "application/json", "Content-Type": "application/json", **(headers or {})}
        request = urllib.request.Request(self.url + path, data, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return Response(response.status, response.read())
        except urllib.error.HTTPError as error:
            return Response(error.code, error.read())

    def answer(self, query: str, key: str | None = None, **variables: object) -> Any:
        """The whole answer to a GraphQL operation, errors and all."""
        headers = {} if key is None else {"X-API-Key": key}
        return self.request("/graphql", {"query": query, "variables": variables}, headers).json

    def query(self, query: str, **variables: object) -> Any:
        """The data of an answer that must have no errors."""
        answer = self.answer(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def is_ready(self) -> bool:
        try:
            return self.request("/health/ready").status == 200
        except OSError:
            return False


@contextmanager
def serving(
    lake: Path, folder: Path, *options: str, command: tuple[str, ...] | None = None, **settings: str
) -> Iterator[Server]:
    """A server over a lake, ready to answer, on a port of its own; stopped as Ctrl-C does, which must end it well."""
    port = free_port()
    started = command or (str(ROOT / ".venv-serve" / "bin" / "lakecast"),)
    arguments = ["serve", "--lake", str(lake), "--port", str(port), *options]
    given = environment(**{"LAKECAST_KEYS_FILE": str(folder / "keys.json"), **settings})
    with (folder / f"server-{port}.log").open("w+") as log:
        process = subprocess.Popen(
            [*started, *arguments], cwd=folder, env=given, stdout=log, stderr=subprocess.STDOUT, text=True
        )
        server = Server(f"http://127.0.0.1:{port}", process)
        try:
            _wait(server, Path(log.name))
            yield server
            process.send_signal(signal.SIGINT)
            assert process.wait(STOP_SECONDS) in (0, 130, -signal.SIGINT), Path(log.name).read_text()
            said = Path(log.name).read_text()
            assert "Traceback" not in said
            assert "leaked" not in said, "DuckDB's connections must not outlive the interpreter"
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


def _wait(server: Server, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert server.process.poll() is None, f"the server stopped by itself:\n{log.read_text()}"
        if server.is_ready():
            return
        time.sleep(0.1)
    raise AssertionError(f"not ready after {START_SECONDS} s:\n{log.read_text()}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
