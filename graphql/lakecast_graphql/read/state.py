"""The state of what is served, for whoever runs the server: how old its data are, and what its runs left out."""

import datetime as dt
from dataclasses import dataclass

import orjson

from lakecast_graphql.read.overview import observed_until
from lakecast_graphql.read.view import View


@dataclass(frozen=True)
class LeftOut:
    """A source that the newest run of a data set went on without; source None for the whole data set."""

    dataset_id: str
    source: str | None
    reason: str


@dataclass(frozen=True)
class _State:
    """What does not change while a snapshot is served: it is asked for with every look at the server's health."""

    observed: dt.date | None
    left_out: tuple[LeftOut, ...]

    @property
    def nbytes(self) -> int:
        """About its size in memory."""
        return sum(200 + len(one.reason) for one in self.left_out)


def stale_days(view: View, now: dt.datetime) -> float | None:
    """Days from the last observed demand or stock, whichever is older, until now; None where nothing was observed."""
    day = _state(view).observed
    return None if day is None else max(0.0, float((now.date() - day).days))


def left_out(view: View) -> list[LeftOut]:
    """The sources that failed in the newest run of each data set, with the reason."""
    return list(_state(view).left_out)


def _state(view: View) -> _State:
    def find() -> _State:
        days = [day for day in observed_until(view) if day is not None]
        return _State(min(days, default=None), _left_out(view))

    return view.snapshot.memo.value("state", find)


def _left_out(view: View) -> tuple[LeftOut, ...]:
    newest: dict[str, str] = {}
    failed = []
    for run in view.snapshot.runs.select(["dataset_id", "run_id", "source", "parameters"]).to_pylist():
        if newest.setdefault(run["dataset_id"], run["run_id"]) != run["run_id"]:
            continue  # newest first: an older run of the data set
        failure = orjson.loads(run["parameters"]).get("failure")
        if failure is not None:
            failed.append(LeftOut(run["dataset_id"], run["source"], str(failure)))
    return tuple(sorted(failed, key=lambda one: (one.dataset_id, one.source or "")))
