"""Caches stay within their bytes, whatever is put into them."""

import sys
import tracemalloc
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakecast_lake.lru import OVERHEAD, LruCache, Memo, TextMemo, size_of_key


@given(st.lists(st.tuples(st.integers(0, 20), st.binary(max_size=3000))), st.integers(10_000, 40_000))
def test_a_cache_keeps_within_its_limit_and_forgets_the_oldest(puts: list[tuple[int, bytes]], limit: int) -> None:
    cache: LruCache[bytes] = LruCache(limit, lambda key, value: len(value))
    last: dict[int, bytes] = {}
    for key, value in puts:
        cache.put(key, value)
        last[key] = value
        assert cache.bytes <= limit
        if len(value) + OVERHEAD <= limit // 8:
            assert cache.get(key) == value
    for key, value in last.items():
        assert cache.get(key) in (None, value)


def test_what_was_used_last_stays() -> None:
    cache: LruCache[bytes] = LruCache(10 * (OVERHEAD + 10), lambda key, value: len(value))
    for number in range(10):
        cache.put(number, b"x" * 10)
    cache.get(0)
    cache.put(10, b"x" * 10)
    assert 0 in cache
    assert 1 not in cache
    assert (cache.hits, cache.misses, cache.evictions) == (1, 0, 1)


@dataclass(frozen=True)
class _Value:
    nbytes: int


def test_a_memo_computes_once() -> None:
    memo, computed = Memo(100_000), []

    def compute() -> _Value:
        computed.append(1)
        return _Value(1_000)

    assert memo.value("a", compute) is memo.value("a", compute)
    assert len(computed) == 1
    memo.value("large", lambda: _Value(100_001))
    assert "large" not in memo
    assert "a" in memo


@pytest.mark.parametrize("characters", [10, 2_000])
def test_a_memo_counts_the_keys_that_clients_choose(characters: int) -> None:
    memo = Memo(1_000_000)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(10_000):
            key = ("question", f"{number:0{characters}}".encode())
            memo.value(key, lambda: _Value(0))
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert memo.evictions
    assert grown <= memo.limit


def test_a_text_memo_keeps_short_texts_only() -> None:
    made: list[str] = []

    def function(text: str) -> tuple[str, ...]:
        made.append(text)
        return tuple(text.split(","))

    memo = TextMemo(function, longest=10, limit=20_000)
    for text in ("a,b", "a,b", "x" * 11, "x" * 11):
        assert memo.value(text) == tuple(text.split(","))
    assert made == ["a,b", "x" * 11, "x" * 11]
    for number in range(1_000):
        memo.value(str(number))
    assert memo.bytes <= 20_000
    assert len(memo) < 100


@given(st.recursive(st.text(max_size=50) | st.binary(max_size=50), lambda inner: st.lists(inner).map(tuple)))
def test_a_key_counts_for_what_it_holds(key: object) -> None:
    def held(part: object) -> int:
        if isinstance(part, tuple):
            return 8 * len(part) + sum(map(held, part))
        return len(part)  # type: ignore[arg-type]

    assert held(key) <= size_of_key(key) <= 30 * sys.getsizeof(key) + 30 * held(key)
