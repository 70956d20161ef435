"""How many rejected rows a data set bears, and what is said where there are more."""

import re

import pytest

from lakecast_forecast import Forecaster
from lakecast_forecast.dataset import Dataset
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.rules import Rules


def frame(good: int, bad: int) -> dict[str, list[object]]:
    """Rows of one item, one a day; the bad ones have no number."""
    days = [f"2024-{1 + k // 28:02}-{1 + k % 28:02}" for k in range(good + bad)]
    return {"item_id": ["A"] * (good + bad), "date": days, "quantity": ["many"] * bad + ["5"] * good}  # type: ignore[dict-item]


@pytest.mark.parametrize(("good", "bad"), [(2, 2), (147, 3), (196, 4), (50, 2)])
def test_two_rows_and_one_in_fifty_may_be_bad(good: int, bad: int) -> None:
    assert Dataset.of(frame(good, bad), Rules()).rejected.num_rows == bad


@pytest.mark.parametrize(("good", "bad", "share"), [(146, 3, "0.03"), (3, 3, "0.5"), (20, 10, "0.34"), (2, 9, "0.82")])
def test_more_stop_it_and_the_remedy_would_do(good: int, bad: int, share: str) -> None:
    with pytest.raises(InputError) as caught:
        Dataset.of(frame(good, bad), Rules())
    words = str(caught.value)
    assert re.search(rf"{bad} of {good + bad} rows of data set .* are rejected, more than 2%: {bad} rejected: ", words)
    assert f"--allow-rejected {share})" in words
    assert Dataset.of(frame(good, bad), Rules(allow_rejected=float(share))).rejected.num_rows == bad


def test_it_is_no_matter_of_the_forecaster() -> None:
    with pytest.raises(InputError, match="more than 2%"):
        Forecaster(2, models="seasonal_naive").fit(frame(10, 3))
