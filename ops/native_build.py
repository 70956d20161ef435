"""Builds the serving engine's C module when the package is built or installed, if there is a C compiler.

Without one, or with `WITHOUT_C=1`, the package is whole, too, and its wheel runs on every platform:
`lakecast_graphql.rows.interleaving` then does in Python what the module does.
"""

import os
import shlex
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = Path("graphql/lakecast_graphql/rows/_interleave.c")


class NativeBuild(BuildHookInterface):  # type: ignore[type-arg]
    """What hatchling calls; see `[tool.hatch.build.hooks.custom]` in pyproject.toml."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile beside the source, where an editable install finds it and a wheel takes it from."""
        if self.target_name != "wheel" or os.environ.get("WITHOUT_C"):
            return
        source = Path(self.root) / SOURCE
        module = source.with_name(source.stem + str(sysconfig.get_config_var("EXT_SUFFIX")))
        made = module.with_suffix(f".{os.getpid()}")  # two environments may be installed at once
        compiler = shlex.split(os.environ.get("CC") or str(sysconfig.get_config_var("CC") or "cc"))
        include = sysconfig.get_paths()["include"]
        command = [*compiler, "-O2", "-fPIC", "-shared", f"-I{include}", str(source), "-o", str(made)]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            self.app.display_warning(f"{source.name} was not compiled; answers are rendered in Python. {error}")
            return
        made.replace(module)
        build_data["artifacts"].append(str(module.relative_to(self.root)))
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
