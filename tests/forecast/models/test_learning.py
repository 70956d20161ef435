import numpy as np
import pytest
from panels import panel, seasonal

from lakecast_forecast.models import learning


def test_of_many_items_the_same_ones_are_learned_from_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "MOST", 7)
    whole = panel(seasonal(20, 60))
    shuffled = whole.select(np.random.default_rng(1).permutation(20))
    found = [list(learning.past_windows(one, 6)) for one in (whole, shuffled)]
    assert len(found[0]) == len(found[1]) == 5
    for first, second in zip(*found, strict=True):
        assert len(set(first.seen.item_ids)) == 7
        assert sorted(first.seen.item_ids) == sorted(second.seen.item_ids)


def test_what_came_is_no_part_of_what_was_seen() -> None:
    whole = panel(seasonal(3, 60))
    for window in learning.past_windows(whole, 6):
        length = window.seen.values.shape[1]
        np.testing.assert_array_equal(window.seen.values, whole.values[:, :length])
        np.testing.assert_array_equal(window.actuals, whole.values[:, length : length + 6])
