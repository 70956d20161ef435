"""The services of compose.yaml as processes of this machine: their own commands, environment, files and health checks.

Each replica has an address of its own on loopback, so that ports stay as they are; a name server of this module knows
them by the services' names. What a container engine puts at a path (volumes, secrets, configs) lies in a folder.
"""

import contextlib
import random
import re
import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from both_sides import ROOT, environment
from debian import not_tested
from processes import running

FILE = ROOT / "compose.yaml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text())
SERVICES: dict[str, dict[str, Any]] = {
    name: service for name, service in COMPOSE["services"].items() if "profiles" not in service
}
"""What starts without a profile."""
_SIDES = {"lakecast-serve": ".venv-serve", "lakecast-ml": ".venv-ml"}
_ENGINES_NAMES = "127.0.0.11:53"
_PROXYS_ADDRESS = "172.30.80.10"
_HEALTHY_SECONDS = 300.0


class Composed:
    """A project of compose.yaml below `folder`. `addresses` are those of each service's replicas."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        network = f"127.{random.randint(1, 254)}.{random.randint(0, 255)}"
        self.addresses = {
            name: [f"{network}.{10 * place + copy}" for copy in range(service.get("deploy", {}).get("replicas", 1))]
            for place, (name, service) in enumerate(SERVICES.items(), start=1)
        }
        self.names = _NameServer(self.addresses)
        self.secrets = folder / "secrets"

    def path(self, target: str) -> Path:
        """The folder or file of this machine for a path in containers."""
        return self.folder / "root" / target.lstrip("/")

    @contextlib.contextmanager
    def up(self) -> Iterator[dict[str, list[subprocess.Popen[bytes]]]]:
        """Start every service once those that it depends on are healthy. Yields the processes of each."""
        leaned_on = {each for service in SERVICES.values() for each in service.get("depends_on", {})}
        started: dict[str, list[subprocess.Popen[bytes]]] = {}
        with contextlib.ExitStack() as stack:
            stack.enter_context(self.names)
            waiting = dict(SERVICES)
            while waiting:
                name = next(each for each in waiting if set(SERVICES[each].get("depends_on", {})) <= set(started))
                del waiting[name]
                for address in self.addresses[name]:
                    process = stack.enter_context(self._running(name, address))
                    started.setdefault(name, []).append(process)
                for address, process in zip(self.addresses[name], started[name], strict=True):
                    if name in leaned_on:
                        self._wait(name, address, process)
            yield started

    def log(self, name: str, address: str) -> str:
        """What a replica has printed."""
        return (self._working_folder(name, address) / "log").read_text(errors="replace")

    def environment(self, name: str, address: str) -> dict[str, str]:
        """The variables of a replica, and none that this process has of ours."""
        stated: Mapping[str, Any] = SERVICES[name].get("environment", {})
        path = f"{ROOT / _SIDES.get(SERVICES[name]['image'], '.venv-serve') / 'bin'}:/usr/bin:/bin"
        return environment(PATH=path, **{key: self._here(str(value), name, address) for key, value in stated.items()})

    def program(self, name: str, command: list[str], address: str) -> list[str]:
        """A command of a service as this machine has it."""
        program, *words = [self._here(str(word), name, address) for word in command]
        side = _SIDES.get(SERVICES[name]["image"], ".venv-serve")  # which has redis-server and weed
        found = _of(side, program) or shutil.which(program, path=f"{ROOT / 'ops' / 'images'}:/usr/sbin:/usr/bin:/bin")
        return [found or not_tested(f"{program} is not installed", "compose.yaml is", program), *words]

    def _running(self, name: str, address: str) -> Any:
        service, folder = SERVICES[name], self._working_folder(name, address)
        folder.mkdir(parents=True)
        for volume in service.get("volumes", ()):
            self.path(_target(volume)).mkdir(parents=True, exist_ok=True)
        for config in service.get("configs", ()):
            file = self.path(config["target"])
            file.parent.mkdir(parents=True, exist_ok=True)
            text = (ROOT / COMPOSE["configs"][config["source"]]["file"]).read_text()
            file.write_text(self._here(text, name, address))
        for secret in service.get("secrets", ()):
            file = self.path(f"/run/secrets/{secret}")
            file.parent.mkdir(parents=True, exist_ok=True)
            text = (self.secrets / Path(COMPOSE["secrets"][secret]["file"]).name).read_text()
            file.write_text(self._here(text, name, address))
        text = (ROOT / "ops" / "images" / "workspace.yaml").read_text()  # the image has it in its working folder
        (folder / "workspace.yaml").write_text(text.replace("host: pipeline", f"host: {self.addresses['pipeline'][0]}"))
        return running(self.program(name, service["command"], address), self.environment(name, address), folder)

    def is_healthy(self, name: str, address: str) -> bool:
        """Whether a replica passes its health check."""
        kind, *test = SERVICES[name]["healthcheck"]["test"]
        assert kind == "CMD"
        command = self.program(name, test, address)
        checked = subprocess.run(command, env=self.environment(name, address), capture_output=True, check=False)
        return checked.returncode == 0

    def _wait(self, name: str, address: str, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + _HEALTHY_SECONDS
        while not self.is_healthy(name, address):
            assert process.poll() is None, f"{name} has ended:\n{self.log(name, address)}"
            assert time.monotonic() < end, f"{name} is not healthy:\n{self.log(name, address)}"
            time.sleep(0.4)

    def _working_folder(self, name: str, address: str) -> Path:
        return self.folder / "working" / f"{name}-{address}"

    def _here(self, text: str, name: str, own: str) -> str:
        """A text of a service with this machine's addresses and paths."""
        text = text.replace(_ENGINES_NAMES, f"127.0.0.1:{self.names.port}")
        if name != "proxy" or "server-template" not in text:
            text = re.sub(
                rf"\b({'|'.join(self.addresses)})(?=:\d)", lambda service: self.addresses[service[1]][0], text
            )
        text = re.sub(r"\b(0\.0\.0\.0|127\.0\.0\.1)\b(?!:\d)|(?<=bind )\*|(?<=://)127\.0\.0\.1", own, text)
        text = re.sub(r"(?<=/dev/tcp/)127\.0\.0\.1", own, text)
        service = SERVICES[name]
        targets = [_target(volume) for volume in service.get("volumes", ())]
        targets += [config["target"] for config in service.get("configs", ())]
        for target in (*targets, "/run/secrets"):
            text = re.sub(rf"(?<![\w./]){re.escape(target)}(?![\w.-])", str(self.path(target)), text)
        return text.replace(_PROXYS_ADDRESS, "127.0.0.1")  # from which everything on loopback comes


class _NameServer:
    """Answers DNS over UDP: the addresses of services by their names."""

    def __init__(self, addresses: Mapping[str, list[str]]) -> None:
        self._addresses = addresses
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]

    def __enter__(self) -> None:
        threading.Thread(target=self._answer_all, daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _answer_all(self) -> None:
        with contextlib.suppress(OSError):  # it is closed at the end
            while True:
                query, client = self._socket.recvfrom(4096)
                self._socket.sendto(self.answer(query), client)

    def answer(self, query: bytes) -> bytes:
        """The answer to a query of one question: IPv4 addresses; of other kinds there are none."""
        labels, at = [], 12
        while length := query[at]:
            labels.append(query[at + 1 : at + 1 + length].decode())
            at += 1 + length
        (kind,) = struct.unpack("!H", query[at + 1 : at + 3])
        found = self._addresses.get(".".join(labels), []) if kind == 1 else []
        head = query[:2] + struct.pack("!5H", 0x8180, 1, len(found), 0, 0)
        records = [struct.pack("!3HIH", 0xC00C, 1, 1, 5, 4) + socket.inet_aton(address) for address in found]
        return head + query[12 : at + 5] + b"".join(records)


def _target(volume: str) -> str:
    """Where a volume lies in the container."""
    parts = volume.split(":")
    return parts[1] if len(parts) > 1 else parts[0]


def _of(side: str, program: str) -> str | None:
    return shutil.which(program, path=str(ROOT / side / "bin"))
