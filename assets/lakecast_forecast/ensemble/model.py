"""The ensemble as a model like any other: it trains its members, weighs them and calibrates the mixture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lakecast_forecast import registry
from lakecast_forecast.ensemble.combination import NAME, VERSION, Combination, learn, member_names
from lakecast_forecast.evaluation import origins, validity
from lakecast_forecast.evaluation.backtest import SourceForecasts, backtested
from lakecast_forecast.interface import Diagnostics, Fitted, Forecasts
from lakecast_forecast.panel import Panel
from lakecast_forecast.source import Source


@dataclass(frozen=True)
class FittedEnsemble:
    """The fitted members and how they are combined; a member whose training failed is its error.

    horizon: the longest that it can predict.
    """

    members: Mapping[str, Fitted | Exception]
    combination: Combination
    horizon: int

    @property
    def diagnostics(self) -> Diagnostics:
        """The members."""
        return Diagnostics({"members": sorted(self.members)})

    def predict(self, panel: Panel, horizon: int) -> Forecasts:
        """Forecast the `horizon` periods after each item's end, with calibrated intervals.

        Raises ValueError for a horizon beyond that of the fit.
        """
        if horizon > self.horizon:
            raise ValueError(f"the ensemble was fitted for {self.horizon} periods ahead; fit it for {horizon}")
        forecasts = {
            name: validity.unfitted(panel, horizon, member)
            if isinstance(member, Exception)
            else validity.predict(member, panel, horizon)
            for name, member in self.members.items()
        }
        return self.combination.apply(forecasts, panel)


@dataclass(frozen=True)
class Ensemble(Source):
    """Members combined by demand class, with weights and intervals from rolling origins.

    Half the median of statistical families and half the networks for smooth demand, what forward selection picks for
    rarely bought items. Source: forecast combination after Petropoulos & Svetunkov 2020, IJF 36, 110-115; selection
    after Caruana et al. 2004.

    members: names of registered models; unless given, those that suit the panel and are installed here.

    >>> from lakecast_forecast import Ensemble, example_demand
    >>> model = Ensemble(members=("ets", "theta", "empirical", "negative_binomial"))
    >>> forecast = model.fit(example_demand(), horizon=2).predict()
    >>> [round(mean.as_py(), 1) for mean in forecast["mean"]]
    [0.5, 0.5, 24.0, 28.2]
    """

    members: Sequence[str] = ()
    name: str = NAME
    version: str = VERSION

    def fit_panel(self, panel: Panel, horizon: int, *, seed: int = 0) -> FittedEnsemble:
        """Backtest every member on the panel, learn weights and intervals, and keep the members that were fitted.

        Raises ValueError for a panel without items, `UnknownModelError` for a member that there is not.
        """
        names = self.members or tuple(name for name in member_names(panel) if registry.missing(name) is None)
        plan = origins.plan(panel.lengths, panel.frequency, horizon)
        runs = {name: backtested(registry.get(name), panel, plan, horizon, seed=seed) for name in names}
        return fitted([run for run, _ in runs.values()], {name: own for name, (_, own) in runs.items()}, panel)


def fitted(runs: Sequence[SourceForecasts], members: Mapping[str, Fitted | Exception], panel: Panel) -> FittedEnsemble:
    """The ensemble of members that have been backtested on the panel already."""
    combination = learn(runs, panel)
    return FittedEnsemble(members, combination, runs[0].live.mean.shape[1])
