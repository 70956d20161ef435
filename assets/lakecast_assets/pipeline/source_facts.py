"""What the Dagster UI says of each source: a sentence, the libraries that it computes with, and its role."""

from collections.abc import Mapping

from lakecast_assets.pipeline.training import BASELINE, ENSEMBLE
from lakecast_forecast import ensemble

ROLE = "lakecast/role"
"""Tag of a source's asset."""

_SENTENCES: Mapping[str, str] = {
    "seasonal_naive": "The demand of one season before, which every other source is compared with.",
    "arima": "ARIMA models of several orders, averaged by their information criterion.",
    "prophet": "Prophet's trend, seasons, holidays and drivers, solved for all items at once.",
    "lstm": "A recurrent net that learns from all items at once, several times over.",
    "mlp": "A perceptron that learns from all items at once what the season before gets wrong.",
    "ets": "Exponential smoothing of level, trend and season, averaged over a grid of parameters.",
    "ces": "Complex exponential smoothing.",
    "ces_log": "Complex exponential smoothing of the logarithms.",
    "theta": "Theta lines, one of them optimised as the series goes on.",
    "random_walk": "A random walk of the logarithms with half the drift.",
    "ses": "The rate of rarely bought items by simple exponential smoothing.",
    "moving_average": "The rate of rarely bought items over their last periods.",
    "adida": "The rate of rarely bought items, learned from demand summed over longer periods.",
    "imapa": "The rate of rarely bought items, averaged over sums of several lengths.",
    "tsb": "The rate of rarely bought items as chance and size of a purchase (Teunter, Syntetos and Babai).",
    "empirical": "The distribution that the item's own windows of demand have had.",
    "negative_binomial": "A negative binomial distribution around the rate of rarely bought items.",
    ENSEMBLE: "Members weighted by their backtest, with calibrated intervals: it decides what is ordered.",
}
_KINDS: Mapping[str, frozenset[str]] = {
    "lstm": frozenset({"torch"}),
    "mlp": frozenset({"torch"}),
    "prophet": frozenset({"prophet"}),
}


def description(source: str) -> str:
    """A sentence on a source, for its asset's page."""
    sentence = _SENTENCES.get(source, "A model that a plug-in brings.")
    return f"{sentence} Backtest and live forecasts of every item."


def kinds(source: str) -> set[str]:
    """The libraries that a source computes with, as the graph shows them."""
    return set(_KINDS.get(source, {"numpy"}))


def tags(source: str) -> Mapping[str, str]:
    """A source's role in a run."""
    if source == BASELINE:
        return {ROLE: "baseline"}
    if source == ENSEMBLE:
        return {ROLE: "ensemble"}
    return {ROLE: "member" if source in ensemble.MEMBERS else "alone"}
