"""graphique over the sorted copies, its tables held in memory by its engine."""

import os
from pathlib import Path

import ibis
from graphique import GraphQL, typed

_COPIES = Path(os.environ["BENCH_COPIES"])


class Query:
    rows = typed(ibis.read_parquet(_COPIES / "fact_forecast.parquet").cache(), "rows")
    page = typed(ibis.read_parquet(_COPIES / "page.parquet").cache(), "page")


app = GraphQL(Query)
