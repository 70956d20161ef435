"""What holding service levels costs, and what promised service came to at past origins."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lakecast_graphql.errors import bad_input
from lakecast_graphql.read import arguments
from lakecast_graphql.read.overview import total
from lakecast_graphql.read.replenishment import matching
from lakecast_graphql.read.view import View
from lakecast_graphql.read.what_if_inputs import stored
from lakecast_lake.columns.where import condition
from lakecast_schema.decision_inputs import Scenario
from lakecast_schema.replenishment import decide
from lakecast_schema.vocabulary import LeaderboardGroup

_MOST_LEVELS = 20
_ALL = "all"
"""Group of `decision_calibration` that holds all items of a data set."""
_CATEGORY = "category/"
"""What stands before a category in the name of its group."""
_FIELDS = {"dataset_id": "c.dataset_id", "demand_class": "c.demand_class", "category": "c.category"}


@dataclass(frozen=True)
class ServicePoint:
    """What a service level costs over some items; None where no item has a cost."""

    service_level: float
    safety_stock_value: float | None
    order_up_to_value: float | None
    recommended_order_value: float | None


@dataclass(frozen=True)
class DecisionCalibration:
    """Service promised and held of a group."""

    group: str | None
    promised: float
    achieved: float
    fill_rate: float | None
    item_count: int
    cycles: int


def service_curve(view: View, levels: Sequence[float], where: Any = None) -> list[ServicePoint]:
    """A point per level, in the order asked for, by the formula of `what_if`."""
    if len(levels) > _MOST_LEVELS:
        raise bad_input(f"`levels` must be at most {_MOST_LEVELS}, not {len(levels)}.", argument="levels")
    for level in levels:
        if not 0 < level < 1:
            raise bad_input(f"`levels` must be above 0 and below 1, not {level}.", argument="levels")
    own = stored(view.snapshot).inputs.take(matching(view, arguments.canonical(where)))
    points = []
    for level in levels:
        view.check_deadline()
        decision = decide(Scenario(service_level=level).apply(own))
        points.append(
            ServicePoint(
                level,
                total(decision.safety_stock * own.unit_cost),
                total(decision.order_up_to * own.unit_cost),
                total(decision.recommended_order_value),
            )
        )
    return points


def decision_calibration(
    view: View, group_by: Any = LeaderboardGroup.ALL, where: Any = None
) -> list[DecisionCalibration]:
    """Rows of `decision_calibration`, by group and promised level; several data sets count by their windows.

    Raises BAD_USER_INPUT for a filter that the table does not know: it has data sets, demand classes and categories,
    and no classes within categories.
    """
    group, filtered = arguments.word(group_by), arguments.canonical(where)
    arguments.names_in(view.snapshot, filtered)
    by_class = group == LeaderboardGroup.DEMAND_CLASS.value or "demand_class" in filtered
    by_category = group == LeaderboardGroup.CATEGORY.value or "category" in filtered
    if not set(filtered) <= set(_FIELDS) or (by_class and by_category):
        raise bad_input(
            "Calibration can be filtered by `datasetId`, and by either `demandClass` or `category`.",
            argument="where",
            known=["datasetId", "demandClass", "category"],
        )
    text, parameters = condition(filtered, _FIELDS)
    key = {
        "all": "null",
        "dataset_id": "c.dataset_id",
        "demand_class": "upper(c.demand_class)",
        "category": "c.category",
    }[group]
    kind = "class" if by_class else "category" if by_category else _ALL
    table = view.snapshot.sql.over(
        {"calibration": view.snapshot.calibration},
        f"""
        select {key} as grouped, c.promised, sum(c.held * c.cycles) / sum(c.cycles) as achieved,
               sum(c.fill_rate * c.cycles) / sum(c.cycles) filter (c.fill_rate is not null) as fill_rate,
               sum(c.items)::bigint as item_count, sum(c.cycles)::bigint as cycles
        from (select *, case when demand_class is not null then 'class' when "group" = '{_ALL}' then '{_ALL}'
                else 'category' end as kind,
                case when starts_with("group", '{_CATEGORY}') then substr("group", {len(_CATEGORY) + 1}) end as category
              from calibration) c where c.kind = '{kind}' and {text}
        group by all order by 1 nulls first, 2""",
        parameters,
    )
    return [
        DecisionCalibration(
            row["grouped"], row["promised"], row["achieved"], row["fill_rate"], row["item_count"], row["cycles"]
        )
        for row in table.to_pylist()
    ]
