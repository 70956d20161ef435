"""Which of the two environments this is, and what a command says when it needs the other one."""

from dataclasses import dataclass
from importlib.util import find_spec


@dataclass(frozen=True)
class Environment:
    """One of the two environments: how to get it, and a package that only it has."""

    extra: str
    folder: str
    purpose: str
    marker: str

    @property
    def installed(self) -> bool:
        return find_spec(self.marker) is not None


ML = Environment("ml", ".venv-ml", "training", "dagster")
SERVE = Environment("serve", ".venv-serve", "serving", "strawberry")


class EnvironmentMissing(Exception):
    """A command was called in an environment that cannot run it."""


def require(environment: Environment, command: str) -> None:
    """Return if `environment` is installed here.

    Raises:
        EnvironmentMissing: it is not; the message says which one to install and how to call the command there.
    """
    if environment.installed:
        return
    raise EnvironmentMissing(
        f"`lakecast {command}` needs the {environment.purpose} environment, which is not installed here "
        f"(no package `{environment.marker}`). In a clone: `make install`, then "
        f"`{environment.folder}/bin/lakecast {command} …`. Elsewhere: `pip install 'lakecast[{environment.extra}]'` "
        "into an environment of its own."
    )
