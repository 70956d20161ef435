"""What every answer of a snapshot needs, made before it is served."""

import datetime as dt

from lakecast_graphql import read
from lakecast_graphql.read.series import live_totals
from lakecast_graphql.read.view import View

_RELATIONS = ("item", "metric", "replenishment", "block_live", "month_live")


def prepare(view: View) -> None:
    """Make the index of blocks, champions, rollups, small relations of SQL, the order of decisions, what-if's
    inputs and the age of the data."""
    snapshot = view.snapshot
    _ = (snapshot.live, snapshot.champion, snapshot.issue, snapshot.items.index, snapshot.items.by_id)
    for relation in _RELATIONS:
        snapshot.sql.table(relation)
    live_totals(snapshot)
    read.overview(view)
    read.stale_days(view, dt.datetime.now(dt.UTC))
    read.replenishment(view, first=0)
    read.what_if(view, {}, first=0)
