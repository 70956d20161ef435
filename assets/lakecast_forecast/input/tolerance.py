"""How much of a demand file may be rejected before the data set is not read at all."""

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.input import messages
from lakecast_forecast.input.demand import DemandRows
from lakecast_forecast.input.errors import InputError

FEW = 2
"""So many rejected rows never stop a run, however short the file."""
EMPTY = 0.2
"""Share of the rows whose quantity may be empty without counting as rejected."""
_REASONS = 4
_FIELDS = ("item_id", "date", "quantity")


def refuse_many(demand: DemandRows, here: NDArray[np.int64], dataset_id: str, allowed: float, *, broken: bool) -> None:
    """Raise `InputError`, with the reasons counted, where more of the rows `here` are rejected than `allowed`.

    allowed: share of the rows. broken: whether lines that hold no row count, too.
    """
    mine = np.zeros(demand.file.rows.size, dtype=bool)
    mine[here] = True
    harmless = (messages.TOTAL.code,)  # what they say is said by other rows
    lost = demand.verdicts.lost(_FIELDS, without=harmless) & mine
    stated = demand.verdicts.lost(_FIELDS, without=(*harmless, messages.NO_QUANTITY.code)) & mine
    # Few empty quantities say that demand is unknown; where they are many, they may well stand for zero.
    lost = stated if lost.sum() - stated.sum() <= EMPTY * here.size else lost
    count = int(lost.sum()) + (len(demand.file.broken) if broken else 0)
    rows = here.size + (len(demand.file.broken) if broken else 0)
    if count <= max(FEW, allowed * rows):
        return
    reasons = sorted(demand.verdicts.lines(mine, broken), key=lambda each: -each.count)
    told = "; ".join(each.sentence for each in reasons[:_REASONS])
    raise InputError(
        demand.file.name,
        f"{count} of {rows} rows of data set {dataset_id} are rejected, more than {allowed:.0%}: {told}",
        f"Correct them, or allow as many (--allow-rejected {min(np.ceil(count / rows * 100) / 100, 1.0):g})",
    )
