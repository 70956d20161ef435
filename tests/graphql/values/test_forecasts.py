"""Rows of forecasts, series of them, and what changed."""

from answers import ALL, Row, listing, shown
from expected import Expected
from generated import FORECASTS, KINDS, SOURCES, filters, many, texts
from hypothesis import given
from hypothesis import strategies as st
from running import Running

WHERE = filters({**FORECASTS, "source": texts(*SOURCES, other=False)})
NAMES = ["datasetId", "itemId", "source", "kind", "cutoff", "date", "horizon", "modelVersion", "forecast", "actual"]
NAMES += ["median", "lower80", "upper80", "lower95", "upper95"]
IN_ORDER = """order by "datasetId", "itemId", source, kind, cutoff, date"""


@many
@given(where=WHERE, kind=st.sampled_from(KINDS))
def test_forecasts(server: Running, expected: Expected, where: Row, kind: str) -> None:
    query = listing("forecasts", "ForecastFilter", NAMES, "kind: ForecastKind!")
    found = server.data(query, where=where, kind=kind)["forecasts"]
    condition, parameters = expected.forecasts_where(where, kind)
    (counted,) = expected.rows(f"select count(*) as n from forecasts where {condition}", parameters)
    wanted = expected.rows(f"from forecasts where {condition} {IN_ORDER} limit {ALL}", parameters)
    assert found["totalCount"] == counted["n"]
    assert found["nodes"] == [shown(row, NAMES) for row in wanted]
