"""From Strawberry's input objects to what the read functions take."""

from typing import Any, TypeVar, overload

from strawberry import UNSET
from strawberry.types.base import get_object_definition

T = TypeVar("T")


def given(value: T | None) -> T | None:
    """An optional argument, with "left out" turned into None: the contract makes no difference between the two."""
    return None if value is UNSET else value


@overload
def plain(value: None) -> None: ...
@overload
def plain(value: object) -> dict[str, Any]: ...
def plain(value: object | None) -> dict[str, Any] | None:
    """An input object as nested dicts with snake_case keys; what is left out is not in them."""
    if value is None or value is UNSET:
        return None
    fields = vars(value)
    return {name: _plain_value(entry) for name, entry in fields.items() if entry is not UNSET}


def _plain_value(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain_value(entry) for entry in value]
    if get_object_definition(value) is not None:
        return plain(value)
    return value
