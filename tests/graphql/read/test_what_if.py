"""Answers to what-if count for what they take once everything was asked of them."""

import importlib
from dataclasses import is_dataclass
from typing import Any

import numpy as np
import pytest

from lakecast_graphql.read.view import View
from lakecast_graphql.read.what_if_inputs import stored
from lakecast_lake import snapshots
from lakecast_lake.columns import load
from lakecast_lake.storage import Lake


@pytest.fixture(scope="module")
def view(small_lake: Lake) -> View:
    return View(load(small_lake, snapshots.newest(small_lake)))


what_if = importlib.import_module("lakecast_graphql.read.what_if")  # the package has a function of that name


def arrays(value: Any) -> dict[int, np.ndarray[Any, Any]]:
    """All arrays that hold their own memory, within a value."""
    if isinstance(value, np.ndarray):
        return arrays(value.base) if isinstance(value.base, np.ndarray) else {id(value): value}
    inner = value if isinstance(value, tuple | list) else list(vars(value).values()) if is_dataclass(value) else []
    return {name: array for part in inner for name, array in arrays(part).items()}


@pytest.mark.parametrize(
    ("scenario", "where"),
    [
        ({"demand_factor": 1.1}, None),
        ({"lead_time_days": 9.0, "service_measure": "fill", "order_quantity": 5.0}, None),
        ({"service_level": 0.9}, {"not_": {"item_id": {"eq": "no such item"}}}),
        ({"service_level": 0.9}, {"alert": {"in_": ["critical", "high", "medium"]}}),
    ],
)
def test_an_answer_counts_for_all_its_figures(view: View, scenario: dict[str, Any], where: Any) -> None:
    view.snapshot.memo.clear()
    what_if.what_if(view, scenario, where, first=1)
    (answer,) = [value for value in view.snapshot.memo.newest(100) if isinstance(value, what_if._Recomputed)]
    counted, decision = answer.nbytes, answer.decision
    for name in dir(type(decision)):
        if not name.startswith("__"):
            getattr(decision, name)
    shared = arrays(stored(view.snapshot).inputs)
    own = sum(array.nbytes for name, array in arrays(decision).items() if name not in shared)
    assert len(answer.rows)
    assert own <= counted <= 2 * own + 1_000
