"""Finds models by name: the built-in ones, and plug-ins of the entry-point group `lakecast.models`.

A model's module is imported when the model is asked for and not before: naming `lstm` loads torch, listing names
does not.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec

from lakecast_forecast.interface import Model

GROUP = "lakecast.models"
"""Entry-point group in which a plug-in registers `name = "package.module:Class"`."""

ENGINES = ("batched", "library")
DEFAULT_SOURCES = ("seasonal_naive", "prophet", "arima", "lstm", "ensemble")
"""What a run publishes unless it is told otherwise; the ensemble's other members are computed for it only."""

_PACKAGE = "lakecast_forecast.models."
_BUILT_IN: Mapping[str, Mapping[str, str]] = {
    "seasonal_naive": {"batched": "seasonal_naive:SeasonalNaive"},
    "arima": {"batched": "arima:Arima", "library": "arima:ArimaLibrary"},
    "prophet": {"batched": "prophet:Prophet", "library": "prophet:ProphetLibrary"},
    "lstm": {"batched": "lstm:Lstm"},
    "mlp": {"batched": "lstm:ResidualMlp"},
    "ets": {"batched": "ets:Ets"},
    "ces": {"batched": "ces:Ces"},
    "ces_log": {"batched": "ces:CesLog"},
    "theta": {"batched": "theta:Theta"},
    "random_walk": {"batched": "random_walk:RandomWalk"},
    "ses": {"batched": "counts:Ses"},
    "moving_average": {"batched": "counts:MovingAverage"},
    "adida": {"batched": "counts:Adida"},
    "imapa": {"batched": "counts:Imapa"},
    "tsb": {"batched": "counts:Tsb"},
    "empirical": {"batched": "empirical:Empirical"},
    "negative_binomial": {"batched": "negative_binomial:NegativeBinomial"},
}
_ENSEMBLE = "ensemble"
_NEEDS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("lstm", "batched"): ("torch", "nets"),
    ("mlp", "batched"): ("torch", "nets"),
    ("arima", "library"): ("statsmodels", "reference"),
    ("prophet", "library"): ("prophet", "reference"),
}
"""Name and engine -> the package that it needs beside the extra `forecast`, and the extra that brings it."""


class UnknownModelError(LookupError):
    """No model of that name or engine is installed."""


def names() -> tuple[str, ...]:
    """Every model that learns from demand, built-in ones first; `get` knows the ensemble of them as well."""
    return (*_BUILT_IN, *sorted(set(_plugins()) - set(_BUILT_IN)))


def has_engine(name: str, engine: str) -> bool:
    """Whether a model of that name has such an engine; plug-ins have `batched` only."""
    return engine in _BUILT_IN.get(name, {"batched": ""}) and name in names()


def missing(name: str, engine: str = "batched") -> str | None:
    """Why a model that is known cannot run here, and what to install; None where it can."""
    package, extra = _NEEDS.get((name, engine), (None, None))
    if package is None or find_spec(package) is not None:
        return None
    return f"{package} is not installed: pip install 'lakecast[forecast,{extra}]'"


def get(name: str, engine: str = "batched", **options: object) -> Model:
    """The model of that name, constructed with its options.

    `engine` chooses between our batched solver and the well-known library behind the same interface; a model
    that has no such second engine is given as it is by "batched" only. `ensemble` is a model, too, which trains its
    members. Raises UnknownModelError, which lists what there is or says what to install, and TypeError for an option
    that the model does not have or an object that is no model.
    """
    if reason := missing(name, engine):
        raise UnknownModelError(f"model {name!r} cannot run: {reason}")
    model = _load(name, engine)(**options)
    if not isinstance(model, Model):
        raise TypeError(f"{name!r} is no model: it needs the attributes name and version and the method fit")
    return model


def _load(name: str, engine: str):  # type: ignore[no-untyped-def]  # a class of any module
    if engine not in ENGINES:
        raise UnknownModelError(f"no engine {engine!r}; choose one of {', '.join(ENGINES)}")
    paths = _BUILT_IN.get(name)
    if paths is not None:
        if engine not in paths:
            raise UnknownModelError(f"model {name!r} has no engine {engine!r}; leave the engine out")
        module, attribute = paths[engine].split(":")
        return getattr(import_module(_PACKAGE + module), attribute)
    if name == _ENSEMBLE:
        return import_module("lakecast_forecast.ensemble.model").Ensemble
    plugin = _plugins().get(name)
    if plugin is None:
        known = ", ".join((*names(), _ENSEMBLE))
        raise UnknownModelError(f"no model {name!r}; known are {known}; plug-ins register in the group {GROUP}")
    try:
        return plugin.load()
    except ImportError as error:
        raise UnknownModelError(f"model {name!r} cannot be loaded: {error}; install what it needs") from error


@cache
def _plugins() -> Mapping[str, EntryPoint]:
    """Those of this environment; looking for them reads what every installed package says of itself."""
    return {point.name: point for point in entry_points(group=GROUP)}
