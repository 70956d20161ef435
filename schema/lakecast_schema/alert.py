"""How urgent an item is, and what to do about it: the words of a reorder decision."""

from enum import StrEnum


class Alert(StrEnum):
    """How urgent an item is, the most urgent first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    OK = "ok"
    UNKNOWN = "unknown"


class Action(StrEnum):
    """What to do about an item."""

    ORDER = "order"
    EXPEDITE = "expedite"
    WATCH = "watch"
    REDUCE = "reduce"
    NONE = "none"
    CHECK_DATA = "check_data"
