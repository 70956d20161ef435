"""Cursors that this server did not make are refused, whatever numbers stand in them."""

import base64
from collections.abc import Callable

import pytest
from running import Running

PAGES = {
    "items": "items(first: 2, after: $after)",
    "forecasts": "forecasts(first: 2, after: $after)",
    "forecasts by SQL": "forecasts(where: {horizon: {lte: 2}}, first: 2, after: $after)",
    "forecasts in another order": "forecasts(orderBy: [{field: FORECAST}], first: 2, after: $after)",
    "forecastSeries": "forecastSeries(first: 2, after: $after)",
    "forecastTotals": "forecastTotals(groupBy: [ITEM], first: 2, after: $after)",
    "metrics": "metrics(first: 2, after: $after)",
    "replenishment": "replenishment(first: 2, after: $after)",
    "whatIf": "whatIf(scenario: {leadTimeDays: 3}, first: 2, after: $after)",
    "snapshots": "snapshots(first: 1, after: $after)",
}
BEYOND = ["9" * 19, str(1 << 63), str(1 << 64), "1" + "0" * 400, "-1", "+1", "1_0", " 1", "1.0", "1e3", "٣", "", "x"]


def _rewritten(cursor: str, change: Callable[[list[str]], None]) -> str:
    parts = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split(".")
    change(parts)
    return base64.urlsafe_b64encode(".".join(parts).encode()).rstrip(b"=").decode()


def _page(server: Running, field: str, after: str | None) -> dict[str, object]:
    query = f"query Page($after: String) {{ {field} {{ totalCount pageInfo {{ endCursor hasNextPage }} }} }}"
    return server.ask(query, after=after)


@pytest.fixture(scope="module", params=PAGES)
def page(request: pytest.FixtureRequest, server: Running) -> tuple[str, str]:
    """A field with pages, and the cursor of its first one."""
    field = PAGES[request.param]
    (found,) = _page(server, field, None)["data"].values()  # type: ignore[attr-defined]
    return field, found["pageInfo"]["endCursor"]


@pytest.mark.parametrize("place", [0, 2], ids=["snapshot", "offset"])
def test_a_number_beyond_its_type_is_refused(server: Running, page: tuple[str, str], place: int) -> None:
    field, cursor = page
    for text in BEYOND:
        answer = _page(server, field, _rewritten(cursor, lambda parts, t=text: parts.__setitem__(place, t)))  # type: ignore[misc]
        (error,) = answer["errors"]  # type: ignore[misc]
        assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": "after"}, text


@pytest.mark.parametrize("offset", [10**6, (1 << 31) - 1, 1 << 32, 10**18 - 1])
def test_behind_the_last_row_there_is_an_empty_page(server: Running, page: tuple[str, str], offset: int) -> None:
    field, cursor = page
    if field == PAGES["snapshots"]:
        pytest.skip("its cursors name snapshots, which other tests publish")
    answer = _page(server, field, _rewritten(cursor, lambda parts: parts.__setitem__(2, str(offset))))
    (found,) = answer["data"].values()  # type: ignore[attr-defined]
    assert found["pageInfo"] == {"endCursor": None, "hasNextPage": False}


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_an_instant_outside_the_calendar_is_refused(server: Running, instant: str) -> None:
    variable = "query Q($at: DateTime) { snapshot(asOf: $at) { snapshotInfo { snapshotId } } }"
    literal = f'{{ snapshot(asOf: "{instant}") {{ snapshotInfo {{ snapshotId }} }} }}'
    assert server.code(variable, at=instant) == "BAD_USER_INPUT"
    assert server.code(literal) in ("BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED")
