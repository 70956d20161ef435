"""Each item's champion, read off the words of the lake's contract row by row."""

from collections.abc import Iterable, Mapping
from typing import Any

Key = tuple[str, str]
Row = Mapping[str, Any]


def champions(live: Iterable[Row], metrics: Iterable[Row]) -> dict[Key, str]:
    """The champion of each item that has live forecasts or errors, by data set and item id.

    live: rows with dataset_id, item_id, source. metrics: rows of fact_metrics.
    """
    rows = list(metrics)
    of_forecasts, of_errors = _sources(live), _sources(rows)
    losses: dict[tuple[str, str, str], list[float]] = {}
    for row in rows:
        for name in ("scaled_quantile_loss", "rmsse"):
            if row[name] is not None:
                losses.setdefault((row["dataset_id"], row["source"], name), []).append(row[name])
    mean = {key: sum(values) / len(values) for key, values in losses.items()}
    chosen = {}
    for key in of_forecasts.keys() | of_errors.keys():
        candidates = of_forecasts.get(key) or of_errors[key]
        if len(candidates) > 1:
            candidates = candidates - {"seasonal_naive"}
        if "ensemble" in candidates:
            chosen[key] = "ensemble"
            continue
        for name in ("scaled_quantile_loss", "rmsse"):
            ranked = [(mean[key[0], each, name], each) for each in candidates if (key[0], each, name) in mean]
            if ranked:
                chosen[key] = min(ranked)[1]
                break
        else:
            chosen[key] = min(candidates)
    return chosen


def _sources(rows: Iterable[Row]) -> dict[Key, set[str]]:
    found: dict[Key, set[str]] = {}
    for row in rows:
        found.setdefault((row["dataset_id"], row["item_id"]), set()).add(row["source"])
    return found
