"""A taken port is found before the work whose result was to be served there."""

import socket
import subprocess
import sys

import pytest

from lakecast_ops import ports
from lakecast_ops.problems import UsageProblem


def test_a_taken_port_is_refused_and_another_one_proposed() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageProblem, match=f"PORT={port + 1}"):
            ports.require_free("127.0.0.1", port)
    ports.require_free("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(UsageProblem):
        ports.require_free("192.0.2.1", 8000)  # TEST-NET-1 is no machine's


def test_as_a_command() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = [sys.executable, "-m", "lakecast_ops.ports", "127.0.0.1", str(taken.getsockname()[1])]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "cannot listen" in done.stderr
