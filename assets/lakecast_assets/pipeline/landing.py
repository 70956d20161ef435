"""Folders that wait to be read: which there are, what data sets they hold, and when their content changes."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from lakecast_assets.ingest.folder import Folder, open_folder, slug
from lakecast_assets.ingest.settings_file import read_settings, with_settings
from lakecast_assets.pipeline.places import Place
from lakecast_forecast.input import files, names
from lakecast_forecast.input.demand import OPTIONAL, REQUIRED, datasets_of
from lakecast_forecast.input.rules import Rules

T = TypeVar("T")

STEMS = ("demand", "items", "stock", "orders", "calendar", "lakecast", "fact_forecast", "fact_metrics", "metadata")
SETTLED_SECONDS = 10.0
"""How long a folder must have been left alone before it is looked at: somebody may still be copying."""
OLD_SECONDS = 120.0
"""How long a folder must have been left alone to be read at the first look; until then, at the second."""
_CHUNK = 1 << 20
UNSETTLED = ""
"""The digest of a folder that was written to lately and has been seen once."""
PARTIAL = (".part", ".partial", ".filepart", ".crdownload", ".tmp")
INCOMPLETE = "_INCOMPLETE"
"""Files of these endings, or of this name, say that somebody is still copying."""


@dataclass(frozen=True)
class Waiting:
    """A folder and a digest of the content of its files; stamp: their sizes and times, cheap to compare."""

    place: Place
    stamp: str
    digest: str


def waiting(
    root: Place, stem: str, known: Mapping[str, tuple[str, str]], now: float | None = None
) -> Iterator[Waiting]:
    """Folders with a file of that stem: `root` itself, or those right below it, which nobody is writing to.

    known: address -> (stamp, digest) from the last look; a folder with the same stamp is not read again. One that was
    written to lately has the digest `UNSETTLED` until a second look finds it as it was: a copy may have stalled.
    Raises OSError where an object store does not answer.
    """
    clock = time.time() if now is None else now
    for place in (root, *root.folders()):
        inside = place.files()
        files_ = [info for info in inside if _is_called(Path(info.base_name), STEMS)]
        if not any(_holds(Path(info.base_name), stem) for info in files_):
            continue
        if any(Path(info.base_name).suffix in PARTIAL or info.base_name == INCOMPLETE for info in inside):
            continue
        age = clock - max(info.mtime_ns for info in files_) / 1e9
        if age < SETTLED_SECONDS:
            continue
        stamp = ";".join(f"{info.base_name}:{info.size}:{info.mtime_ns}" for info in files_)
        before, digest = known.get(place.uri, ("", UNSETTLED))
        if before != stamp and age < OLD_SECONDS:
            yield Waiting(place, stamp, UNSETTLED)
        elif before != stamp or digest == UNSETTLED:
            yield Waiting(place, stamp, _digest(place, [info.base_name for info in files_]))
        else:
            yield Waiting(place, stamp, digest)


def dataset_ids(folder: Path) -> tuple[str, ...]:
    """The data sets of a folder's demand file, without judging its rows. Raises `InputError`."""
    path = files.find(folder, "demand")
    if path is None:
        return ()
    rules = with_settings(Rules(), read_settings(folder))
    stated = rules.columns_of("demand", (*REQUIRED, *OPTIONAL, *names.PARTS))
    content = files.read(path, REQUIRED, OPTIONAL, stated=stated, sheet=rules.sheet)
    return datasets_of(content, slug(folder.resolve().name), by=rules.by).names


def _holds(path: Path, stem: str) -> bool:
    return path.suffix.lower() in files.SUFFIXES and _is_called(path, (stem,))


def _is_called(path: Path, stems: Sequence[str]) -> bool:
    return any(names.is_called(stem, path.stem) or path.stem == stem for stem in stems)


def _digest(place: Place, names_: Sequence[str]) -> str:
    whole = hashlib.sha256()
    for name in names_:
        content = hashlib.sha256()
        with place.open(name) as file:
            while chunk := file.read(_CHUNK):
                content.update(chunk)
        whole.update(name.encode() + b"\0" + content.digest())
    return whole.hexdigest()


def place_of(data: str, dataset_id: str) -> Place:
    """The folder of a data set: `data` itself where it has a file of demand, else its subfolder of that name."""
    place = Place(data)
    if any(_holds(Path(info.base_name), "demand") for info in place.files()):
        return place
    return next((each for each in place.folders() if dataset_id in (each.name, slug(each.name))), place)


class Folders:
    """Opened folders: the Dagster resource that keeps what a run of several data sets has read already.

    horizons: data set -> periods to forecast, where a run was asked for different ones.
    """

    def __init__(self, *opened: Folder, horizons: Mapping[str, int] | None = None) -> None:
        self._opened = {str(folder.path): folder for folder in opened}
        self._horizons = horizons
        self._read: dict[str, Any] = {}

    def horizon(self, dataset_id: str, horizon: int) -> int:
        """Periods to forecast of any data set of the run, `asked` being those of the current one; 0: the default."""
        return horizon if self._horizons is None else self._horizons.get(dataset_id, 0)

    def kept(self, dataset_id: str, read: Callable[[], T]) -> T:
        """What `read` gives for a data set, read once for all data sets of a run whose folder is open already."""
        if not self._opened:
            return read()
        if dataset_id not in self._read:
            self._read[dataset_id] = read()
        value: T = self._read[dataset_id]
        return value

    def find(self, data: str, dataset_id: str, rules: Rules | None = None) -> Folder:
        """The opened folder that holds a data set (`place_of`), read by `rules`.

        Raises `InputError`.
        """
        if data in self._opened:
            return self._opened[data]
        place = place_of(data, dataset_id)
        # Rows that name no data set belong to the folder's, not to whichever is asked for.
        with place.local() as path:
            return open_folder(path, dataset_id if path.name == dataset_id else None, rules)
