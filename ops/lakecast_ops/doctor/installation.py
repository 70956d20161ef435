"""Is what is installed here complete, and are the two environments kept apart?"""

import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from lakecast_ops.doctor.finding import Finding, fail, note, ok
from lakecast_ops.environment import ML, SERVE

_SHARED = ("lakecast", "pyarrow", "deltalake", "duckdb")
_ML = ("dagster", "dagster-webserver", "pandas", "torch", "statsmodels", "prophet")
_SERVE = ("strawberry-graphql", "graphql-core", "uvicorn", "orjson", "redis")

ML_PACKAGES = (
    *("torch", "tensorflow", "prophet", "cmdstanpy", "statsmodels", "sklearn", "scipy", "mlflow", "dagster"),
    *("pandas",),
)
"""What must not be importable where answers are served."""


def installation() -> Iterator[Finding]:
    """Python's version, this environment's packages, and the border between the two."""
    running = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] == (3, 11):
        yield ok("python", running)
    else:
        yield fail("python", running, "Lakecast is built and tested on Python 3.11: use that.")
    yield _packages("lakecast", _SHARED, "pip install 'lakecast[lake]'")
    if not (ML.installed or SERVE.installed):
        yield fail("environment", "neither serving nor training is installed here", "Run `make install`.")
    if SERVE.installed:
        yield _packages("serving", _SERVE, "pip install 'lakecast[serve]'")
    if ML.installed:
        yield _packages("training", _ML, "pip install 'lakecast[ml]'")
    if SERVE.installed:
        yield _border()


def _packages(subject: str, names: tuple[str, ...], remedy: str) -> Finding:
    versions: dict[str, str] = {}
    missing: list[str] = []
    for name in names:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        return fail(subject, f"missing: {', '.join(missing)}", f"Install them: `{remedy}`.")
    return ok(subject, ", ".join(f"{name} {found}" for name, found in versions.items()))


def _border() -> Finding:
    found = [name for name in ML_PACKAGES if _is_package(name)]
    if not found:
        return ok("separation", "no machine-learning or orchestration package in the serving environment")
    return note(
        "separation",
        f"importable beside the server: {', '.join(found)}",
        "Serve from an environment that has only `lakecast[serve]`.",
    )


def _is_package(name: str) -> bool:
    """Whether such a package can be imported; a folder that happens to bear its name is none."""
    spec = find_spec(name)
    return spec is not None and spec.origin is not None
