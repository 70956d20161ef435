"""Pictures are well-formed SVG, whatever the figures."""

import base64
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lakecast_assets.pipeline import plots
from lakecast_assets.pipeline.plots import Outlook

SVG = "{http://www.w3.org/2000/svg}"
quantities = st.floats(0, 1e9)


def inside(svg: str) -> ElementTree.Element:
    """Parses, and checks that every coordinate is a number within the picture."""
    root = ElementTree.fromstring(svg)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for shape in (*root.iter(f"{SVG}polyline"), *root.iter(f"{SVG}polygon")):
        for point in shape.attrib["points"].split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= width
            assert 0 <= y <= height
    return root


@given(
    history=st.lists(st.one_of(quantities, st.just(float("nan"))), max_size=30),
    ahead=st.lists(st.tuples(quantities, quantities), max_size=10),
    title=st.text(max_size=20).filter(lambda text: text.isprintable()),
)
def test_an_outlook_stays_within_its_frame(history: list[float], ahead: list[tuple[float, float]], title: str) -> None:
    low = np.array([min(pair) for pair in ahead])
    high = np.array([max(pair) for pair in ahead])
    root = inside(plots.outlook(Outlook(title, np.array(history, dtype=float), (low + high) / 2, low, high)))
    assert next(root.iter(f"{SVG}text")).text == title or not title.strip()


@given(values=st.dictionaries(st.text("abc<&", min_size=1), st.one_of(quantities, st.just(float("nan"))), max_size=6))
def test_bars_and_curves_are_well_formed(values: dict[str, float]) -> None:
    root = inside(plots.bars("Loss", values, 0.8))
    assert len([*root.iter(f"{SVG}rect")]) == 1 + len(values)
    inside(plots.curve("Loss", [*values.values()]))


def test_an_unknown_stretch_breaks_the_line() -> None:
    known = np.array([1, 2, np.nan, 3, 4.0])
    nothing = np.array([])
    root = inside(plots.outlook(Outlook("a", known, nothing, nothing, nothing)))
    assert len([line for line in root.iter(f"{SVG}polyline") if line.attrib["points"]]) == 2


def test_markdown_carries_the_picture_itself() -> None:
    svg = plots.curve("a", [2.0, 1.0])
    (data,) = re.findall(r"base64,([^)]+)\)", plots.markdown([svg]))
    assert base64.b64decode(data).decode() == svg
