"""Node packages of the tests: installed once, and kept while their lock file is the same."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import debian
import pytest

NODE = 20


def _node_is_missing() -> str | None:
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "Node and npm are not installed"
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    return None if int(version.strip("v\n").split(".")[0]) >= NODE else f"Node {NODE} is needed, not {version}"


def run(command: list[str], folder: Path, **environ: str) -> str:
    """What a command that succeeds prints."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=200, env={**os.environ, **environ}, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def installed(config: pytest.Config, source: Path) -> Path:
    """A copy of a Node package with its dependencies, kept between runs while its lock file is the same."""
    missing = _node_is_missing()
    if missing is not None:
        debian.not_tested(missing, "what browsers run is", "nodejs npm")
    lock = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = Path(config.cache.mkdir(f"lakecast-{source.name}-{lock}"))
    wanted = shutil.ignore_patterns("node_modules", "dist", "gql")
    shutil.copytree(source, folder, dirs_exist_ok=True, ignore=wanted)
    if not (folder / "node_modules" / ".installed").exists():
        run(["npm", "ci", "--no-audit", "--no-fund", "--prefer-offline"], folder)
        (folder / "node_modules" / ".installed").touch()
    return folder
