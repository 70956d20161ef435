"""`lakecast.yaml`: settings of a data set that stand beside its demand."""

import datetime as dt
import difflib
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import yaml

from lakecast_forecast.input import names
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.rules import Rules
from lakecast_schema.periods import Frequency

NAMES = ("lakecast.yaml", "lakecast.yml")
COLUMNS = ("mapping", "columns")
"""Keys that hold columns by field, and any other settings of reading."""
READING = tuple(each.name for each in fields(Rules) if each.name not in ("columns", "stated"))
TRAINING: Mapping[str, type | tuple[type, ...]] = {
    "horizon": int, "sources": list, "library": list, "seed": int, "allow_loss": bool,
    "review_day": (str, int), "champion": str,
}  # fmt: skip
"""Settings of a run that reading does without, and their types."""
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    **TRAINING, "inactive_days": int, "allow_rejected": (int, float), "as_of": (str, dt.date),
}  # fmt: skip


def read_settings(folder: Path) -> dict[str, Any]:
    """The settings of a folder by name, `columns` (field -> column) among them; empty where it has no such file.

    Raises `InputError` for a file that is no YAML, and for a setting that there is not or of a wrong type.
    """
    path = next((folder / name for name in NAMES if (folder / name).is_file()), None)
    if path is None:
        return {}
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (yaml.YAMLError, OSError, UnicodeDecodeError) as error:
        problem = f"is no readable YAML ({' '.join(str(error).split())})"
        raise InputError(path.name, problem, "Write lines such as `frequency: monthly`") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise InputError(path.name, "holds no settings", "Write lines such as `frequency: monthly`")
    settings: dict[str, Any] = {}
    columns: dict[str, str] = {}
    for name, value in content.items():
        if name in COLUMNS:
            for key, inner in _inside(path.name, name, value):
                if key in READING:
                    settings[key] = _typed(path.name, key, inner)
                else:
                    columns[_field(path.name, key)] = str(inner)
        elif name in READING or name in TRAINING:
            settings[name] = _typed(path.name, name, value)
        else:
            known = (*READING, *TRAINING, COLUMNS[0])
            raise InputError(path.name, f"there is no setting {name}", _remedy(str(name), known))
    return settings | ({"columns": columns} if columns else {})


def with_settings(rules: Rules, settings: Mapping[str, Any]) -> Rules:
    """Rules with those settings of a folder that a person has not stated otherwise; columns are merged.

    Raises `InputError` for a value that a rule cannot have.
    """
    default = Rules()
    changed: dict[str, Any] = {}
    for name, value in settings.items():
        if name in READING and name not in rules.stated and getattr(rules, name) == getattr(default, name):
            changed[name] = _as_rule(name, value)
    try:
        return replace(rules, **changed, columns={**settings.get("columns", {}), **rules.columns})
    except ValueError as error:
        raise InputError(NAMES[0], str(error), "Correct it, or leave it out") from error


def _as_rule(name: str, value: Any) -> Any:
    try:
        if name == "frequency":
            return None if value == "auto" else Frequency(value)
        if name == "as_of":
            return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
    except ValueError as error:
        choices = f"auto, {', '.join(Frequency)}" if name == "frequency" else "a day such as 2024-01-31"
        raise InputError(NAMES[0], f"{name} is {value!r}", f"Write {choices}") from error
    return (value or None) if name == "country" else value


def _inside(file: str, name: str, value: object) -> Iterator[tuple[str, Any]]:
    """Keys and values of a mapping; those of a kind of file (`stock: {on_hand: SALDO}`) as `stock.on_hand`."""
    if not isinstance(value, dict):
        raise InputError(file, f"{name} holds no columns", f"Write lines such as `date: DATA` below {name}:")
    for key, inner in value.items():
        if isinstance(inner, dict) and key in names.FILES:
            yield from ((f"{key}.{field}", column) for field, column in inner.items())
        else:
            yield str(key), inner


def _field(file: str, key: str) -> str:
    try:
        return names.field(key)
    except KeyError as error:
        raise InputError(file, f"there is no field {key}", _remedy(key, (*names.FIELDS, *READING))) from error


def _typed(file: str, name: str, value: object) -> Any:
    wanted = _TYPES.get(name, str)
    if isinstance(value, bool) is not (wanted is bool) or not isinstance(value, wanted):
        kinds = {str: "a word", int: "a whole number", bool: "true or false", list: "a list such as [ets, ensemble]"}
        kind = kinds.get(wanted, "a number" if float in (wanted if isinstance(wanted, tuple) else ()) else "a day")  # type: ignore[arg-type]
        raise InputError(file, f"{name} is {value!r}", f"Write {kind}")
    if name == "review_day":
        return str(value)
    return [str(each) for each in value] if isinstance(value, list) else value


def _remedy(name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"{f'Did you mean {near[0]}? ' if near else ''}Known are {', '.join(known)}"
