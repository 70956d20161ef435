"""Which blocks a question about rows can be about: decided before any row is looked at."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from lakecast_graphql.read import search
from lakecast_graphql.read.arguments import Filter
from lakecast_graphql.read.forecast_rows import FIELDS, OF_ROWS, mentions
from lakecast_graphql.read.view import View
from lakecast_lake.columns.relations import blocks_of, rows_of
from lakecast_lake.columns.row_ranges import RowRanges
from lakecast_lake.columns.where import condition

NAME = "some_rows"
"""What SQL calls the rows that are left."""
_WORTH = 0.6
"""Share of all rows above which copying some costs more than looking at all."""


def some_rows(
    view: View, kind: str, where: Filter, also: Sequence[tuple[str, Sequence[str]]], columns: Sequence[str]
) -> pa.Table | None:
    """The rows that a filter of rows can find, as `relations` has them; None where these are most of all.

    Args:
        kind: of `relations.KINDS`.
        where: the whole filter. Its parts that are the same for all rows of a block are judged here; the others are
            still to be judged.
        also: further conditions on `block_KIND` as `b` and `item` as `i`, with their parameters.
        columns: the figures that will be read, of `relations.NUMBERS`, and `model_version`.
    """
    blocks = blocks_of(view.snapshot, kind)
    of_blocks = {name: test for name, test in where.items() if not mentions({name: test}, *OF_ROWS)}
    text, parameters = condition(of_blocks, FIELDS)
    for more, values in also:
        text, parameters = f"({text}) and {more}", [*parameters, *values]
    if text == "true":
        return None
    block = search.row_numbers(
        view,
        f"select b.block as n from block_{kind} b join item i on i.code = b.item where {text} order by 1",
        parameters,
        uses=(f"block_{kind}", "item"),
    )
    begin, end = blocks.at[block], blocks.at[block + 1]
    if int(np.sum(end - begin)) > _WORTH * blocks.rows:
        return None
    return rows_of(RowRanges(blocks, block, begin, end), columns)
