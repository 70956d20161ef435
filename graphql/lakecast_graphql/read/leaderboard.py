"""Sources ranked by backtest error: means over items, wins, and skill against seasonal naive."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_graphql.read import arguments, search
from lakecast_graphql.read.search import ITEM
from lakecast_graphql.read.view import View
from lakecast_lake.columns import Snapshot
from lakecast_lake.columns.segment import Floats, Ints
from lakecast_lake.columns.where import condition
from lakecast_schema.vocabulary import ErrorMeasure, LeaderboardGroup

NAIVE = "seasonal_naive"


@dataclass(frozen=True)
class LeaderboardRow:
    """A source's place within a group.

    group: None for ALL and for items without the fact that is grouped by. error: mean over items. wins: items where
    the source is best; ties go to the first name. skill: 1 - mean quantile loss / that of seasonal naive on the same
    items.
    """

    group: str | None
    rank: int
    source: str
    error: float
    skill: float | None
    item_count: int
    wins: int


def leaderboard(
    view: View, measure: Any = ErrorMeasure.QUANTILE_LOSS, group_by: Any = LeaderboardGroup.ALL, where: Any = None
) -> list[LeaderboardRow]:
    """Sources from the smallest to the largest mean error, per group; ties share a rank.

    BIAS ranks by the absolute value of the mean, and an item is won by the smallest absolute bias.
    """
    view.check_deadline()
    column, group = arguments.word(measure), arguments.word(group_by)
    filtered = arguments.canonical(where)
    arguments.names_in(view.snapshot, filtered)
    scores = view.snapshot.memo.value(("scores", column), lambda: Scores(view.snapshot, column))
    rows = np.arange(len(scores.item)) if not filtered else np.flatnonzero(_chosen(view, filtered)[scores.item])
    scored = rows[np.isfinite(scores.value[rows])]
    names, of_item = view.snapshot.memo.value(("groups", group), lambda: Groups(view.snapshot, group)).parts
    shape = (len(names), len(scores.sources))
    cell = of_item[scores.item[rows]].astype(np.int64) * shape[1] + scores.source[rows]
    of_kept = of_item[scores.item[scored]].astype(np.int64) * shape[1] + scores.source[scored]

    def added(at: Ints, weights: Floats | None = None) -> NDArray[Any]:
        return np.bincount(at, weights, shape[0] * shape[1]).reshape(shape)

    count, total = added(of_kept), added(of_kept, scores.value[scored])
    wins = added(cell, scores.won[rows].astype(np.float64))
    both = np.isfinite(scores.loss[rows]) & np.isfinite(scores.naive[rows])
    loss, naive = (added(cell[both], values[rows][both]) for values in (scores.loss, scores.naive))
    entries = []
    for place in sorted(range(len(names)), key=lambda place: (names[place] is None, names[place] or "")):
        present = np.flatnonzero(count[place])
        errors = {int(source): float(total[place, source] / count[place, source]) for source in present}
        sizes = {source: _rounded(abs(error)) for source, error in errors.items()}
        for source in sorted(errors, key=lambda source: (sizes[source], scores.sources[source])):
            own, simple = float(loss[place, source]), float(naive[place, source])
            entries.append(
                LeaderboardRow(
                    group=names[place],
                    rank=1 + sum(size < sizes[source] for size in sizes.values()),
                    source=scores.sources[source],
                    error=errors[source],
                    skill=1 - own / simple if simple > 0 else None,
                    item_count=int(count[place, source]),
                    wins=int(wins[place, source]),
                )
            )
    return entries


class Scores:
    """One measure of all rows of `fact_metrics`, which are in order of item and source.

    item, source: (rows,) codes; value: the measure, NaN for null; loss, naive: the quantile loss of the row's source
    and of seasonal naive on the same item; won: whether the source is the item's best.
    """

    def __init__(self, snapshot: Snapshot, measure: str) -> None:
        facts = snapshot.metrics
        self.item = facts.item
        self.sources, self.source = _coded(facts.table["source"])
        self.value, self.loss = facts.numbers(measure), facts.numbers("scaled_quantile_loss")
        self.won = _best(self.item, np.abs(self.value))
        of_naive = np.full(snapshot.items.count, np.nan)
        mine = self.source == (self.sources.index(NAIVE) if NAIVE in self.sources else -1)
        of_naive[self.item[mine]] = self.loss[mine]
        self.naive = of_naive[self.item]

    @property
    def nbytes(self) -> int:
        """Without the columns that the snapshot has anyway."""
        return self.source.nbytes + self.won.nbytes + self.naive.nbytes


class Groups:
    """The groups of one kind: their names, and each item's place among them."""

    def __init__(self, snapshot: Snapshot, group: str) -> None:
        items = snapshot.items
        if group == LeaderboardGroup.ALL.value:
            self.parts: tuple[tuple[str | None, ...], NDArray[np.int32]] = (None,), np.zeros(items.count, np.int32)
        else:
            names, places = _coded(items.table[group])
            if group == LeaderboardGroup.DEMAND_CLASS.value:  # the words of the enum
                names = tuple(None if name is None else name.upper() for name in names)
            self.parts = names, places

    @property
    def nbytes(self) -> int:
        return self.parts[1].nbytes


def _chosen(view: View, where: arguments.Filter) -> NDArray[np.bool_]:
    """(items,) which ones a filter of items finds."""
    text, parameters = condition(where, ITEM)
    codes = search.row_numbers(view, f"select i.code as n from item i where {text}", parameters, uses=("item",))
    mask = np.zeros(view.snapshot.items.count, np.bool_)
    mask[codes] = True
    return mask


def _coded(column: pa.ChunkedArray) -> tuple[tuple[Any, ...], NDArray[np.int32]]:
    """Distinct values in any order, null among them where there are nulls, and each row's place among them."""
    encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    return tuple(encoded.dictionary.to_pylist()), encoded.indices.to_numpy(zero_copy_only=False).astype(np.int32)


def _best(item: NDArray[np.int32], error: Floats) -> NDArray[np.bool_]:
    """(rows,) the first of each item's rows with its smallest error; rows are in order of item, NaN is no error."""
    won = np.zeros(len(item), np.bool_)
    if len(item):
        first = np.flatnonzero(np.append(True, item[1:] != item[:-1]))
        smallest = np.repeat(np.fmin.reduceat(error, first), np.diff(np.append(first, len(item))))
        equal = np.flatnonzero(error == smallest)
        won[equal[np.append(True, item[equal][1:] != item[equal][:-1])[: len(equal)]]] = True
    return won


def _rounded(error: float) -> float:
    """To 12 digits: means of the same errors tie, in whatever order they were added up."""
    return float(f"{error:.12g}")
