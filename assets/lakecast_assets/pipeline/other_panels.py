"""The other data sets of a run's folder, for models that learn from all of them at once."""

from collections.abc import Sequence

from lakecast_assets.pipeline.landing import Folders
from lakecast_assets.pipeline.settings import RunSettings
from lakecast_forecast.evaluation import origins
from lakecast_forecast.evaluation.backtest import OtherPanel
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.panel import build_panel

MOST = 12
"""Data sets that are learned from beside one's own, the first by name: more cost reading and teach little."""


def of(dataset_id: str, folders: Folders, settings: RunSettings) -> Sequence[OtherPanel]:
    """The other data sets of the folder that holds one; those that cannot be read are left out, as is the folder
    where it has gone since."""
    try:
        folder = folders.find(settings.data, dataset_id, settings.rules)
    except InputError:
        return ()
    names = [name for name in sorted(folder.datasets) if name != dataset_id][:MOST]
    return [dataset for name in names if (dataset := _panel(name, folders, settings, dataset_id)) is not None]


def _panel(name: str, folders: Folders, settings: RunSettings, dataset_id: str) -> OtherPanel | None:
    def read() -> OtherPanel | None:
        try:
            dataset = folders.find(settings.data, dataset_id, settings.rules).dataset(name)
        except InputError:
            return None
        horizon = folders.horizon(name, settings.horizon) or dataset.frequency.default_horizon
        demand, driver = dataset.tables["demand"], dataset.tables["driver"]
        if demand.num_rows == 0:
            return None
        panel = build_panel(name, dataset.frequency, demand, driver, horizon, settings.country or None)
        return OtherPanel(panel, origins.plan(panel.lengths, panel.frequency, horizon), horizon)

    return folders.kept(name, read)
