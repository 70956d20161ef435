"""Orders of seasonal ARIMA models, and the pools of orders that are averaged for each frequency."""

from dataclasses import astuple, dataclass

from lakecast_schema.periods import Frequency


@dataclass(frozen=True)
class Order:
    """(p, d, q)(P, D, Q) of a multiplicative seasonal ARIMA model.

    constant: the differenced series has a mean of its own, which is a trend if the model differences.
    """

    p: int = 0
    d: int = 0
    q: int = 0
    P: int = 0
    D: int = 0
    Q: int = 0
    constant: bool = False

    def __post_init__(self) -> None:
        if min(astuple(self)) < 0:
            raise ValueError(f"an order has no negative part: {self}")

    @property
    def coefficients(self) -> int:
        """How many coefficients are estimated, the variance not counted."""
        return self.p + self.q + self.P + self.Q + self.constant

    @property
    def is_seasonal(self) -> bool:
        return self.P + self.D + self.Q > 0

    def lost(self, season: int) -> int:
        """Periods at the start of a series that differencing and conditioning use up."""
        return self.d + self.p + season * (self.D + self.P)

    def __str__(self) -> str:
        seasonal = f"({self.P},{self.D},{self.Q})" if self.is_seasonal else ""
        return f"({self.p},{self.d},{self.q}){seasonal}{'+c' if self.constant else ''}"


@dataclass(frozen=True)
class Pool:
    """The orders to average: for the series as it is (seasonal), and for the seasonally adjusted one."""

    seasonal: tuple[Order, ...]
    adjusted: tuple[Order, ...]


_ONE_DIFFERENCE = (
    Order(0, 1, 1),
    Order(0, 1, 1, constant=True),
    Order(1, 1, 0),
    Order(1, 1, 0, constant=True),
    Order(1, 1, 1),
    Order(1, 1, 1, constant=True),
    Order(1, 1, 2),
    Order(2, 1, 0),
    Order(2, 1, 2),
)
_STATIONARY = (
    Order(0, 0, 0, constant=True),
    Order(1, 0, 0, constant=True),
    Order(1, 0, 1, constant=True),
    Order(2, 0, 0, constant=True),
)
_SEASONAL = (
    Order(0, 1, 1, 0, 1, 1),
    Order(1, 1, 1, 0, 1, 1),
    Order(0, 1, 2, 0, 1, 1),
    Order(2, 1, 0, 0, 1, 1),
    Order(1, 0, 0, 0, 1, 1, constant=True),
    Order(2, 0, 0, 0, 1, 1, constant=True),
    Order(1, 0, 1, 0, 1, 1, constant=True),
    Order(0, 1, 1, 1, 0, 0),
    Order(0, 1, 1, 1, 0, 1),
    Order(1, 1, 1, 1, 0, 1),
    Order(1, 0, 0, 1, 0, 0, constant=True),
    Order(1, 0, 1, 1, 0, 1, constant=True),
    Order(1, 0, 0, 1, 0, 1, constant=True),
)

_WITHIN_YEAR = Pool(_SEASONAL, _ONE_DIFFERENCE + _STATIONARY)
# Yearly series are short: orders with three and more coefficients cost 1 to 6 % on rolling origins of M3.
_YEARLY = Pool((), tuple(order for order in _WITHIN_YEAR.adjusted if order.p + order.q < 3))
# Daily demand wanders without a steady trend, and its long histories make every order dear: twice as many orders
# cost twice as much and changed rolling origins by half a percent either way.
_DAILY = Pool(
    (
        Order(0, 1, 1, 0, 1, 1),
        Order(1, 0, 1, 0, 1, 1, constant=True),
        Order(1, 0, 1, 1, 0, 1, constant=True),
        Order(0, 1, 1, 1, 0, 1),
    ),
    (
        Order(0, 1, 1),
        Order(1, 1, 1),
        Order(0, 0, 0, constant=True),
        Order(1, 0, 1, constant=True),
        Order(2, 0, 1, constant=True),
    ),
)
# A polynomial of 52 lags costs much and finds little: weekly series are always seasonally adjusted first.
_WEEKLY = Pool(
    (),
    (
        *_DAILY.adjusted,
        Order(0, 1, 1, constant=True),
        Order(0, 1, 2),
        Order(2, 1, 1),
        Order(1, 0, 0, constant=True),
        Order(2, 0, 0, constant=True),
    ),
)

LONG_YEARLY = Pool((), (*_YEARLY.adjusted, Order(0, 2, 1), Order(0, 2, 2), Order(1, 2, 1)))
"""For series without a season, long enough to tell whether their slope lasts: shorter ones, and those with a season,
forecast 1 to 5 % better without the orders that difference twice and extrapolate the last slope for ever."""

LEAN = Pool(
    (
        Order(0, 0, 0, constant=True),
        Order(1, 0, 0, constant=True),
        Order(1, 0, 1, constant=True),
        Order(0, 1, 1),
        Order(0, 0, 0, 1, 0, 0, constant=True),
    ),
    (),
)
"""For series with little to learn from, short or mostly zero: orders with trends would follow the noise."""


def pool(frequency: Frequency) -> Pool:
    """The orders that are averaged for series of a frequency."""
    match frequency:
        case Frequency.DAILY:
            return _DAILY
        case Frequency.WEEKLY:
            return _WEEKLY
        case Frequency.YEARLY:
            return _YEARLY
        case _:
            return _WITHIN_YEAR
