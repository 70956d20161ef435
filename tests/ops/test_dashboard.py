"""The Grafana dashboard is what Grafana's own schema knows: nothing of it is lost on the way through that."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

ROOT = Path(__file__).resolve().parents[2]
DASHBOARD: dict[str, Any] = json.loads((ROOT / "ops" / "dashboards" / "lakecast.json").read_text())
OF_PROMETHEUS = {"/annotations/list/0/titleFormat", "/annotations/list/0/step"}
"""What the data source reads of an annotation, and the dashboard's schema leaves to it."""


def lost(ours: Any, theirs: Any, place: str = "") -> Iterator[str]:
    """Where a value of ours is missing or another in what came back."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name, value in ours.items():
            yield from lost(value, theirs.get(name), f"{place}/{name}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, (value, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from lost(value, other, f"{place}/{number}")
    elif ours != theirs:
        yield place


def through(dashboard: dict[str, Any]) -> Any:
    """A dashboard read into Grafana's types, and written by them."""
    return json.loads(JSONEncoder().encode(Dashboard.from_json(dashboard)))


def test_the_schema_knows_everything() -> None:
    assert set(lost(DASHBOARD, through(DASHBOARD))) == OF_PROMETHEUS


def test_what_it_does_not_know_is_noticed() -> None:
    wrong = json.loads(json.dumps(DASHBOARD))
    wrong["panels"][1]["gridPosition"] = wrong["panels"][1].pop("gridPos")
    wrong["panels"][2]["fieldConfig"]["defaults"]["units"] = "s"
    assert set(lost(wrong, through(wrong))) - OF_PROMETHEUS == {
        "/panels/1/gridPosition",
        "/panels/2/fieldConfig/defaults/units",
    }


def test_panels_have_numbers_of_their_own_and_do_not_overlap() -> None:
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells
