"""The other data sets of a run's folder, for models that learn from all of them at once."""

from collections.abc import Sequence

from lakecast_assets.pipeline.landing import Folders
from lakecast_assets.pipeline.settings import RunSettings
from lakecast_forecast.evaluation import origins
from lakecast_forecast.evaluation.backtest import Neighbour
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.panel import build_panel

MOST = 12
"""Data sets that are learned from beside one's own, the first by name: more cost reading and teach little."""


def of(dataset_id: str, folders: Folders, settings: RunSettings) -> Sequence[Neighbour]:
    """The other data sets of the folder that holds one; those that cannot be read are left out, as is the folder
    where it has gone since."""
    try:
        folder = folders.find(settings.data, dataset_id, settings.rules)
    except InputError:
        return ()
    names = [name for name in sorted(folder.datasets) if name != dataset_id][:MOST]
    return [found for name in names if (found := _neighbour(name, folders, settings, dataset_id)) is not None]


def _neighbour(name: str, folders: Folders, settings: RunSettings, dataset_id: str) -> Neighbour | None:
    def read() -> Neighbour | None:
        try:
            found = folders.find(settings.data, dataset_id, settings.rules).dataset(name)
        except InputError:
            return None
        horizon = folders.horizon(name, settings.horizon) or found.frequency.default_horizon
        demand, driver = found.tables["demand"], found.tables["driver"]
        if demand.num_rows == 0:
            return None
        panel = build_panel(name, found.frequency, demand, driver, horizon, settings.country or None)
        return Neighbour(panel, origins.plan(panel.lengths, panel.frequency, horizon), horizon)

    return folders.kept(name, read)
