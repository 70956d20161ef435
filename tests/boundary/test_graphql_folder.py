"""The folder `graphql/` is a source root, never a package: it would shadow graphql-core."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_there_is_no_package_file_in_it() -> None:
    assert not (ROOT / "graphql" / "__init__.py").exists()


def test_importing_graphql_from_the_root_gives_graphql_core() -> None:
    code = "import graphql; print(graphql.GraphQLSchema.__module__, graphql.__file__)"
    # `-c` puts the working directory first on the path, as uvicorn and dagster do.
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    module, file = done.stdout.split()
    assert module == "graphql.type.schema"
    assert "site-packages" in file
