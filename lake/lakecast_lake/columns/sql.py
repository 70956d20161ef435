"""SQL over a snapshot's columns: an in-memory DuckDB without access to files or network, a cursor per thread."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa


class QueryTimeout(Exception):
    """The query was interrupted because its time was used up."""


class Spent:
    """Queries that DuckDB has answered or given up in this process, and the seconds that they took. Thread-safe."""

    def __init__(self) -> None:
        self.queries = 0
        self.seconds = 0.0
        self._lock = threading.Lock()

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count one query."""
        began = time.perf_counter()
        try:
            yield
        finally:
            with self._lock:
                self.queries += 1
                self.seconds += time.perf_counter() - began


SPENT = Spent()


class Sql:
    """Queries over named Arrow tables.

    Args:
        tables: name -> a function that makes the table; called once, by the first query that names it. Tables are
            registered, not copied.
        threads: DuckDB's threads for one query.
    """

    def __init__(self, tables: Mapping[str, Callable[[], pa.Table]], threads: int = 1) -> None:
        self._makers = dict(tables)
        self._made: dict[str, pa.Table] = {}
        self._lock = threading.RLock()
        self._threads = threading.local()
        # DuckDB answers wrongly and silently where threads share a connection: each gets its own cursor.
        self._root = duckdb.connect(config={"threads": threads, "preserve_insertion_order": True})
        self._root.execute("set enable_external_access = false; set lock_configuration = true")

    def arrow(
        self, query: str, parameters: Sequence[Any] = (), *, uses: Sequence[str], seconds: float | None = None
    ) -> pa.Table:
        """The answer as an Arrow table.

        Args:
            query: SQL in which every value is a `?`.
            uses: names of the tables that it reads.
            seconds: interrupt it after so long. Raises QueryTimeout.
        """
        cursor = self._cursor(uses)
        with SPENT.counted(), _interrupting(cursor, seconds):
            relation = cursor.sql(query, params=list(parameters))
            table: pa.Table = relation.to_arrow_table()
            return table

    def over(
        self,
        tables: Mapping[str, pa.Table],
        query: str,
        parameters: Sequence[Any] = (),
        *,
        uses: Sequence[str] = (),
        seconds: float | None = None,
    ) -> pa.Table:
        """The answer of a query over other Arrow tables, too, which it names as `tables` does. Raises QueryTimeout."""
        cursor = self._cursor(uses)
        for name, table in tables.items():
            cursor.register(name, table)
        try:
            with SPENT.counted(), _interrupting(cursor, seconds):
                answer: pa.Table = cursor.sql(query, params=list(parameters)).to_arrow_table()
                return answer
        finally:
            for name in tables:
                cursor.unregister(name)

    def table(self, name: str) -> pa.Table:
        """A table by name, made now if no query has needed it yet."""
        with self._lock:
            if name not in self._made:
                self._made[name] = self._makers[name]()
            return self._made[name]

    def _cursor(self, uses: Sequence[str]) -> duckdb.DuckDBPyConnection:
        known: set[str] | None = getattr(self._threads, "known", None)
        if known is None:
            with self._lock:
                self._threads.cursor = self._root.cursor()
            known = self._threads.known = set()
        cursor: duckdb.DuckDBPyConnection = self._threads.cursor
        for name in uses:
            if name not in known:
                cursor.register(name, self.table(name))
                known.add(name)
        return cursor


@contextmanager
def _interrupting(cursor: duckdb.DuckDBPyConnection, seconds: float | None) -> Iterator[None]:
    if seconds is None:
        yield
        return
    timer = threading.Timer(max(seconds, 0.0), cursor.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    except duckdb.InterruptException as error:
        raise QueryTimeout(f"The query took longer than {seconds:.1f} s.") from error
    finally:
        timer.cancel()
