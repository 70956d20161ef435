"""Who can reach a port, and is it free? Asked before minutes of work whose result is to be served there."""

import socket
import sys
from ipaddress import ip_address

from lakecast_ops.problems import UsageProblem


def require_free(host: str, port: int) -> None:
    """Return if a server can listen at `host`:`port`.

    Raises:
        UsageProblem: something listens there already, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise UsageProblem(
                f"cannot listen on {host} port {port}: {error}. Choose another port: `make run PORT={port + 1}`, "
                f"or `lakecast serve --port {port + 1}`."
            ) from error


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens at `host`."""
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name
        return host == "localhost"


if __name__ == "__main__":
    try:
        require_free(sys.argv[1], int(sys.argv[2]))
    except UsageProblem as problem:
        sys.exit(f"lakecast: {problem}")
