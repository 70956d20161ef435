"""A small folder of input and an empty lake."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

MakeInput = Callable[..., Path]


@pytest.fixture(scope="session")
def make_input_in() -> Callable[[Path], MakeInput]:
    """`make_input` of any folder."""
    return _maker


@pytest.fixture
def make_input(tmp_path: Path) -> MakeInput:
    """Writes a folder with weekly-seasonal daily demand of some items, and stock of the first."""
    return _maker(tmp_path)


def _maker(root: Path) -> MakeInput:
    def make(name: str = "parts", items: int = 4, days: int = 120, dataset_ids: tuple[str, ...] = ()) -> Path:
        folder = root / name
        folder.mkdir(exist_ok=True)
        span = np.datetime64("2026-01-01") + np.arange(days)
        lines = [("dataset_id," if dataset_ids else "") + "item_id,date,quantity"]
        for dataset_id in dataset_ids or ("",):
            for item in range(items):
                draw = np.random.default_rng(item)
                quantity = draw.poisson(5 + 3 * (np.arange(days) % 7 < 5)) if item % 2 == 0 else draw.poisson(0.3, days)
                prefix = f"{dataset_id}," if dataset_ids else ""
                lines += [f"{prefix}item_{item},{day},{q}" for day, q in zip(span, quantity, strict=True)]
        (folder / "demand.csv").write_text("\n".join(lines) + "\n")
        (folder / "items.csv").write_text(
            "item_id,name,lead_time_days,unit_cost\nitem_0,Bateria,10,5\nidle,Nunca pedido,,\n"
        )
        (folder / "stock.csv").write_text(f"item_id,date,on_hand\nitem_0,{span[-1]},20\n")
        return folder

    return make


@pytest.fixture
def lake(tmp_path: Path) -> str:
    """The address of an empty lake."""
    return str(tmp_path / "lake")
