"""The pages of docs/reference that the code writes are those of the code."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_spec = spec_from_file_location("reference_pages", ROOT / "ops" / "reference_pages.py")
assert _spec
assert _spec.loader
reference_pages = module_from_spec(_spec)
sys.modules[_spec.name] = reference_pages
_spec.loader.exec_module(reference_pages)


@pytest.mark.parametrize("name", reference_pages.PAGES)
def test_a_page_is_that_of_the_code(name: str) -> None:
    assert (reference_pages.FOLDER / name).read_text() == reference_pages.PAGES[name](), (
        "write it anew: .venv-ml/bin/python ops/reference_pages.py"
    )


def test_every_page_but_that_of_input_is_written() -> None:
    """That of metrics is, too, by `lakecast_ops.metrics` in the serving environment; tests/graphql holds it."""
    pages = {path.name for path in reference_pages.FOLDER.glob("*.md")}
    assert pages == {*reference_pages.PAGES, "input.md", "metrics.md"}
