"""A secret in a file is what its variable would be; what cannot be read is refused, without a word of the secret."""

from pathlib import Path

import pytest

from lakecast_lake import secret_files
from lakecast_lake.errors import BadSetting
from lakecast_lake.object_store import options_of


def test_a_file_stands_for_its_variable(tmp_path: Path) -> None:
    for name in secret_files.SECRETS:
        (tmp_path / name).write_text(f"of {name}\n")
    environ = {f"{name}_FILE": str(tmp_path / name) for name in secret_files.SECRETS} | {"LAKECAST_KEYS_FILE": "keys"}
    secret_files.load(environ)
    assert environ == {name: f"of {name}" for name in secret_files.SECRETS} | {"LAKECAST_KEYS_FILE": "keys"}
    assert options_of(environ)["AWS_SECRET_ACCESS_KEY"] == "of LAKECAST_S3_SECRET_ACCESS_KEY"
    secret_files.load(environ)  # a process that is started from here


@pytest.mark.parametrize(
    ("content", "environ", "says"),
    [
        (None, {}, "cannot be read: No such file"),
        (b"", {}, "is empty"),
        (b"\n", {}, "is empty"),
        (b"s3cret\xff", {}, "no text in UTF-8"),
        (b"s3cret", {"LAKECAST_REDIS_URL": "redis://s3cret"}, "LAKECAST_REDIS_URL is set, too"),
    ],
)
def test_what_cannot_be_read_is_refused(
    tmp_path: Path, content: bytes | None, environ: dict[str, str], says: str
) -> None:
    file = tmp_path / "url"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadSetting, match="LAKECAST_REDIS_URL_FILE") as refusal:
        secret_files.load(environ | {"LAKECAST_REDIS_URL_FILE": str(file)})
    assert says in str(refusal.value)
    assert "s3cret" not in str(refusal.value)
