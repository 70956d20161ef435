"""Sources ranked by backtest error: means over items, wins, and skill against seasonal naive."""

from dataclasses import dataclass
from typing import Any

from lakecast_graphql.read import arguments, search
from lakecast_graphql.read.search import ITEM
from lakecast_graphql.read.vocabulary import ErrorMeasure, LeaderboardGroup
from lakecast_graphql.view import View
from lakecast_lake.columns.where import condition

NAIVE = "seasonal_naive"

_QUERY = """
with scored as (
    select {group} as grp, m.item, m.source, {error} as error, m.{measure} as value,
        m.scaled_quantile_loss as loss, n.scaled_quantile_loss as naive
    from metric m join item i on i.code = m.item
    left join metric n on n.item = m.item and n.source = ?
    where {where}
), best as (
    select item, arg_min(source, (error, source)) filter (where error is not null) as winner from scored group by item
), ranked as (
    select s.grp, s.source, avg(s.value) as error, count(s.value) as items,
        count(*) filter (where s.source = b.winner) as wins,
        avg(s.loss) filter (where s.naive is not null) as loss,
        avg(s.naive) filter (where s.loss is not null) as naive
    from scored s join best b on b.item = s.item
    group by s.grp, s.source having count(s.value) > 0
)
select grp, source, error, items, wins, case when naive > 0 then 1 - loss / naive end as skill,
    rank() over (partition by grp order by {rank}) as rank
from ranked order by grp nulls last, rank, source
"""


@dataclass(frozen=True)
class LeaderboardRow:
    """A source's place within a group.

    group: None for ALL and for items without the fact that is grouped by. error: mean over items. wins: items where
    the source is best; ties go to the first name, as for champions. skill:
    1 - mean quantile loss / that of seasonal naive on the same items.
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
    text, parameters = condition(filtered, ITEM)
    bias = column == ErrorMeasure.BIAS.value
    query = _QUERY.format(
        group="null::varchar" if group == LeaderboardGroup.ALL.value else f"i.{group}",
        error=f"abs(m.{column})" if bias else f"m.{column}",
        measure=column,
        where=text,
        rank="abs(error)" if bias else "error",
    )
    table = search.ask(view, query, [NAIVE, *parameters], uses=("metric", "item"))
    return [
        LeaderboardRow(
            group=row["grp"],
            rank=row["rank"],
            source=row["source"],
            error=row["error"],
            skill=row["skill"],
            item_count=row["items"],
            wins=row["wins"],
        )
        for row in table.to_pylist()
    ]
