"""Memory of a process that loads snapshots: what a load no longer needs goes back to the system.

Measured while four segments of 450,000 rows were loaded: 530 MB with the allocators' defaults (Arrow's pool and
glibc's arenas both keep what was freed), 360 MB as set here, for columns of 125 MB.
"""

import ctypes
import logging
import os
from pathlib import Path

import pyarrow as pa

_log = logging.getLogger("lakecast.memory")

MAPPED_FROM = 1 << 20
"""Bytes from which on glibc maps a block of its own, which is gone when it is freed."""
SERVED_FROM = 16 << 20
"""The same once a load is over: answers of some megabytes come and go, and fresh pages cost more than their JSON."""
_answers_from = SERVED_FROM
"""What holds now of the two; see `map_answers`."""
KEPT = 32 << 20
"""Bytes that answers leave behind for those that follow."""
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_STATM = Path("/proc/self/statm")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class _Mallinfo(ctypes.Structure):
    """glibc's `struct mallinfo2`."""

    _fields_ = (
        ("arena", ctypes.c_size_t), ("ordblks", ctypes.c_size_t), ("smblks", ctypes.c_size_t),
        ("hblks", ctypes.c_size_t), ("hblkhd", ctypes.c_size_t), ("usmblks", ctypes.c_size_t),
        ("fsmblks", ctypes.c_size_t), ("uordblks", ctypes.c_size_t), ("fordblks", ctypes.c_size_t),
        ("keepcost", ctypes.c_size_t),
    )  # fmt: skip


def settle() -> None:
    """Let Arrow and numpy share glibc's allocator, and large blocks be mapped: to be called before a load."""
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, MAPPED_FROM)
    except (AttributeError, OSError):
        _log.debug("This system's allocator cannot be told to map large blocks.")


def give_back() -> None:
    """Hand freed memory back to the system, after a load, and keep what answers free; takes a few milliseconds."""
    pa.default_memory_pool().release_unused()
    try:
        library = ctypes.CDLL(None)
        library.malloc_trim(0)
        library.mallopt(_M_MMAP_THRESHOLD, _answers_from)
        library.mallopt(_M_TRIM_THRESHOLD, KEPT)
    except (AttributeError, OSError):
        _log.debug("This system's allocator cannot be trimmed.")


def map_answers(held: bool) -> None:
    """Let blocks of answers be mapped, too, while many are held for slow clients.

    They are held for seconds and freed in any order, so that the allocator would keep half as much again in between.
    """
    global _answers_from
    _answers_from = MAPPED_FROM if held else SERVED_FROM
    try:
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _answers_from)
    except (AttributeError, OSError):
        _log.debug("This system's allocator cannot be told to map large blocks.")


def resident_bytes() -> int | None:
    """Bytes of memory that this process holds; None where the system does not tell."""
    try:
        return int(_STATM.read_text().split()[1]) * _PAGE
    except (OSError, IndexError, ValueError):
        return None


def idle_bytes() -> int | None:
    """Bytes of resident memory that the allocator has not lent: freed blocks, but also code and Python's own heap.

    Only its changes mean something. None where the system does not tell.
    """
    try:
        told = ctypes.CDLL(None).mallinfo2
        told.restype = _Mallinfo
        lent: _Mallinfo = told()
    except (AttributeError, OSError):
        return None
    resident = resident_bytes()
    return None if resident is None else resident - int(lent.uordblks) - int(lent.hblkhd)
