"""What is released: one version, whole packages, notices of what others have made."""

import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = Path(sys.prefix).name.removeprefix(".venv-")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_the_version_stands_in_one_place() -> None:
    done = subprocess.run(
        ["git", "grep", "-lF", f'"{PROJECT["version"]}"', "--", "*.py", "*.toml", "*.yaml", "Makefile", "ops/images"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode > 1:
        pytest.skip("this is no clone: nothing tells which files belong to the project")
    versions = [line for line in done.stdout.split() if not line.startswith(("tests/", "examples/"))]
    assert versions == ["pyproject.toml"]


def test_the_changelog_says_how_to_upgrade() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    newest = text.split("\n## ")[1]
    assert "\n### Upgrading\n" in newest
    assert newest.startswith(("Unreleased", PROJECT["version"]))


@pytest.mark.skipif(ENVIRONMENT not in ("ml", "serve"), reason="not one of the environments that `make` builds")
def test_the_notices_name_what_is_installed() -> None:
    spec = spec_from_file_location("notices", ROOT / "ops" / "notices.py")
    assert spec
    assert spec.loader
    notices = module_from_spec(spec)
    spec.loader.exec_module(notices)
    assert notices.section(ENVIRONMENT) in (ROOT / "THIRD-PARTY-NOTICES.md").read_text(), (
        f"write it anew: .venv-{ENVIRONMENT}/bin/python ops/notices.py"
    )


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source distribution and the wheel without the C module."""
    hatchling = pytest.importorskip("hatchling.build", reason="packages are built in the training environment")
    folder = tmp_path_factory.mktemp("packages")
    build = f"from hatchling.build import *; build_sdist({str(folder)!r}); build_wheel({str(folder)!r})"
    assert hatchling
    subprocess.run(
        [sys.executable, "-c", build], cwd=ROOT, env={"WITHOUT_C": "1", "PATH": ""}, check=True, capture_output=True
    )
    return folder


def test_a_wheel_without_c_is_of_every_platform(packages: Path) -> None:
    (wheel,) = packages.glob("*.whl")
    assert wheel.name.endswith("-py3-none-any.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in names if name.endswith(".so")]
    for part in (
        "lakecast_graphql/static/dashboard/index.html",
        "lakecast_graphql/static/graphiql/NOTICE.md",
        "lakecast_schema/lakecast.graphql",
        f"lakecast-{PROJECT['version']}.dist-info/licenses/LICENSE",
        f"lakecast-{PROJECT['version']}.dist-info/licenses/THIRD-PARTY-NOTICES.md",
    ):
        assert part in names, part


def test_a_source_distribution_is_whole(packages: Path) -> None:
    (source,) = packages.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for part in (
        "Makefile", "CHANGELOG.md", "constraints/ml.txt", "constraints/serve.txt", "docs/index.md", "docs/conf.py",
        "ops/native_build.py", "ops/images/serve.Dockerfile", "tests/run.py", "tests/boundary/test_release.py",
        "examples/gradient-boosting/pyproject.toml", "graphql/dashboard/package.json", "workspace.yaml", "compose.yaml",
        "graphql/lakecast_graphql/rows/_interleave.c", ".ci/run",
    ):  # fmt: skip
        assert part in names, part
    assert not [name for name in names if name.endswith((".so", ".pyc")) or "node_modules" in name or ".venv" in name]
