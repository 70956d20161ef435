"""Reasons are told in two languages, and every model's are among them."""

import re

import numpy as np
import pytest
from panels import AWKWARD, panel

from lakecast_forecast import Forecaster, registry
from lakecast_forecast.evaluation import validity
from lakecast_forecast.issue import Issue, in_portuguese


def test_both_languages_have_the_same_placeholders_and_no_sentence_stands_twice() -> None:
    for issue in Issue:
        places = [sorted(re.findall(r"\{\w+\}", text)) for text in (issue.english, issue.portuguese)]
        assert places[0] == places[1], issue
    for texts in ([issue.english for issue in Issue], [issue.portuguese for issue in Issue]):
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("issue", Issue)
def test_a_sentence_is_found_again_in_portuguese(issue: Issue) -> None:
    values = {"count": 3, "least": 5, "error": "singular matrix (or\nworse)"}
    assert in_portuguese(issue.of(**values)) == issue.portuguese.format(**values)
    assert in_portuguese("But " + issue.of(**values)) == "But " + issue.of(**values)


@pytest.mark.parametrize("name", [name for name in registry.names() if name in registry._BUILT_IN])
def test_every_model_gives_reasons_that_have_a_portuguese(name: str) -> None:
    whole = panel(list(AWKWARD.values()))
    fitted = registry.get(name, **({"steps": 2} if name in ("lstm", "mlp") else {})).fit(whole, 3)
    reasons = {issue for issue in validity.predict(fitted, whole, 3).issues if issue}
    assert reasons
    assert all(in_portuguese(reason) != reason for reason in reasons)


@pytest.mark.parametrize("name", ["ces", "ets", "random_walk", "theta"])
def test_a_local_model_says_what_there_is_too_little_of(name: str) -> None:
    whole = panel([[0.0] * 20, [1.0, 2.0, 3.0], [1.0, 0.0, 2.0, 3.0], [0.0, 0.0, np.nan], []])
    few = Issue.FEW_PERIODS.of(least=4)
    expected = (Issue.NOTHING_TO_FIT.of(), few, None, Issue.NOTHING_TO_FIT.of(), Issue.NO_DEMAND.of())
    assert registry.get(name).fit(whole, 2).predict(whole, 2).issues == expected


def test_the_frame_of_issues_has_both() -> None:
    months = [f"{2022 + k // 12}-{1 + k % 12:02}" for k in range(24)]
    frame = {"item_id": ["A"] * 24 + ["B"], "date": [*months, "2023-12"], "quantity": [*np.arange(24.0), 1.0]}
    (row,) = Forecaster(2, models="theta").fit(frame).issues.to_pylist()
    assert (row["item_id"], row["reason"]) == ("B", "fewer than 4 known periods: seasonal naive instead")
    assert row["reason_pt"] == "menos de 4 períodos conhecidos: em seu lugar, o ingênuo sazonal"
