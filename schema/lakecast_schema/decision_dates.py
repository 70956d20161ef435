"""The dates of decisions: days after their `as_of` as calendar days."""

import numpy as np
from numpy.typing import NDArray

from lakecast_schema.periods import Dates
from lakecast_schema.replenishment import Decision

_NAT = np.datetime64("NaT", "D")


def dates_of(decision: Decision, as_of: Dates) -> dict[str, Dates]:
    """(n,) order_by_date, stockout_date and arrival_date; NaT where unknown.

    A stockout's date is the first at whose end nothing is expected to be left.
    """
    lead_time = decision.inputs.lead_time_days
    return {
        "order_by_date": days_after(as_of, decision.order_by_days),
        "stockout_date": days_after(as_of, np.ceil(decision.days_to_stockout - 1e-9)),
        "arrival_date": days_after(as_of, np.ceil(lead_time - 1e-9)),
    }


def days_after(as_of: Dates, days: NDArray[np.float64]) -> Dates:
    """(n,) dates; NaT for NaN."""
    known = np.isfinite(days)
    moved = as_of.astype("datetime64[D]") + np.where(known, days, 0).astype("timedelta64[D]")
    return np.where(known, moved, _NAT)
