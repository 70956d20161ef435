"""What can be chosen about the Prophet model; the defaults are the library's."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Options:
    """Prophet's settings.

    changepoints: potential changes of the trend, evenly over the first `changepoint_range` of the known periods.
    changepoint_scale: scale of their Laplace prior, in units of the series' largest value per length of history.
    seasonality_scale, holidays_scale: standard deviations of the Normal priors of the seasonal effects and of
        the effects of holidays and drivers.
    seasonality_mode: whether seasonality, holidays and drivers add to the trend or multiply it.
    """

    changepoints: int = 25
    changepoint_range: float = 0.8
    changepoint_scale: float = 0.05
    seasonality_scale: float = 10.0
    holidays_scale: float = 10.0
    seasonality_mode: Literal["additive", "multiplicative"] = "additive"

    def __post_init__(self) -> None:
        if self.changepoints < 0:
            raise ValueError(f"changepoints must not be negative, got {self.changepoints}")
        if not 0 < self.changepoint_range <= 1:
            raise ValueError(f"changepoint_range must be in (0, 1], got {self.changepoint_range}")
        if min(self.changepoint_scale, self.seasonality_scale, self.holidays_scale) <= 0:
            raise ValueError("the scales of priors must be above 0")
        if self.seasonality_mode not in ("additive", "multiplicative"):
            raise ValueError(f"seasonality_mode is additive or multiplicative, not {self.seasonality_mode!r}")
