import pytest

from lakecast_forecast import registry
from lakecast_forecast.interface import Model
from lakecast_forecast.source import Source


def test_every_source_published_by_default_is_known_or_combined() -> None:
    assert set(registry.DEFAULT_SOURCES) <= {*registry.names(), "ensemble"}
    assert set(registry.DEFAULT_SOURCES) == {"seasonal_naive", "prophet", "arima", "lstm", "ensemble"}


@pytest.mark.parametrize("name", registry.names())
def test_every_name_loads_a_model_of_that_name(name: str) -> None:
    model = registry.get(name)
    assert isinstance(model, Model)
    assert model.name == name
    assert model.version.startswith("v")


def test_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(registry.UnknownModelError, match=r"no model 'sarima'.*seasonal_naive.*arima"):
        registry.get("sarima")


def test_unknown_engine_lists_the_engines() -> None:
    with pytest.raises(registry.UnknownModelError, match="batched, library"):
        registry.get("arima", engine="cloud")


def test_engine_that_a_model_lacks_is_refused() -> None:
    with pytest.raises(registry.UnknownModelError, match=r"seasonal_naive.*no engine"):
        registry.get("seasonal_naive", engine="library")


def test_options_go_to_the_model_by_name() -> None:
    with pytest.raises(TypeError, match="colour"):
        registry.get("seasonal_naive", colour="red")


def test_a_model_without_its_parts_cannot_be_constructed() -> None:
    class Nameless(Source):
        version = "v1.0.0"

    with pytest.raises(TypeError, match=r"abstract methods '?fit_panel'?, '?name"):
        Nameless()  # type: ignore[abstract]
