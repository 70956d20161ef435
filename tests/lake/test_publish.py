"""Publishing shows whole runs only, loses no data set's entries, and counts ids up without gap or clash."""

import contextlib
import contextvars
import itertools
import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.compute as pc
import pytest
from deltalake import DeltaTable
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lakecast_lake import commit, publish, recovery, snapshots
from lakecast_lake.commit import Commit
from lakecast_lake.errors import BadWrite, LakeNotFound, SnapshotGone, Superseded, VersionMissing
from lakecast_lake.open_tables import kept_open
from lakecast_lake.recovery import Note, Withdrawal
from lakecast_lake.storage import Lake
from lakecast_schema.tables import FACT_FORECAST, FACT_METRICS

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def write(lake, batch, table, dataset_id, run_id):
    return commit.replace(lake, table, batch, {"dataset_id": dataset_id}, run_id)


def test_a_run_replaces_its_own_entries_and_carries_the_others(any_lake, forecasts, metrics):
    lake = any_lake
    for name in ("alpha", "beta"):
        done = [
            write(lake, forecasts(name), FACT_FORECAST, name, f"{name}-1"),
            write(lake, metrics(name), FACT_METRICS, name, f"{name}-1"),
        ]
        publish.publish(lake, f"{name}-1", name, done, {"wape": 0.25})
    again = write(lake, forecasts("alpha", level=50.0), FACT_FORECAST, "alpha", "alpha-2")
    assert publish.publish(lake, "alpha-2", "alpha", [again], {"wape": 0.5}) == 3
    newest = snapshots.newest(lake)
    assert newest.entry("alpha", "fact_forecast").version == again.version
    for name, table in (("alpha", "fact_metrics"), ("beta", "fact_metrics"), ("beta", "fact_forecast")):
        assert newest.entry(name, table) == snapshots.get(lake, 2).entry(name, table)
    assert {s["dataset_id"]: (s["run_id"], s["wape"]) for s in newest.datasets} == {
        "alpha": ("alpha-2", 0.5),
        "beta": ("beta-1", 0.25),
    }
    rows = snapshots.read(lake, newest, "fact_forecast")
    assert rows.num_rows == 2 * forecasts().num_rows
    assert snapshots.read(lake, newest, "fact_forecast", "beta", ["item_id"]).column_names == ["item_id"]
    old = snapshots.read(lake, snapshots.get(lake, 2), "fact_forecast", "alpha")
    assert max(old["forecast"].to_pylist()) < 50


def test_what_was_not_published_stays_invisible(lake, forecasts):
    first = commit.forecasts(lake, forecasts(), "alpha", ["arima", "ensemble"], "run-1")
    publish.publish(lake, "run-1", "alpha", [first], {})
    commit.forecasts(lake, forecasts(level=99.0, run_id="failed"), "alpha", ["arima", "ensemble"], "failed")
    commit.forecasts(lake, forecasts(sources=["lstm"], level=99.0, run_id="failed"), "alpha", ["lstm"], "failed")
    third = commit.forecasts(
        lake, forecasts(sources=["ensemble"], level=20.0, run_id="run-3"), "alpha", ["ensemble"], "run-3"
    )
    publish.publish(lake, "run-3", "alpha", [third], {})
    rows = snapshots.read(lake, snapshots.newest(lake), "fact_forecast")
    assert set(rows["run_id"].to_pylist()) == {"run-1", "run-3"}
    assert set(rows["source"].to_pylist()) == {"arima", "ensemble"}
    assert third.rows == rows.num_rows


def test_sources_that_one_run_commits_one_by_one_are_all_published(lake, forecasts):
    for source in ("arima", "ensemble"):
        done = commit.forecasts(lake, forecasts(sources=[source]), "alpha", [source], "run-1")
    publish.publish(lake, "run-1", "alpha", [done], {})
    rows = snapshots.read(lake, snapshots.newest(lake), "fact_forecast")
    assert set(rows["source"].to_pylist()) == {"arima", "ensemble"}


def test_the_same_run_with_the_same_versions_is_published_once(lake, forecasts):
    done = write(lake, forecasts(), FACT_FORECAST, "alpha", "run-1")
    assert publish.publish(lake, "run-1", "alpha", [done], {}) == 1
    assert publish.publish(lake, "run-1", "alpha", [done], {}) == 1
    beta = write(lake, forecasts("beta"), FACT_FORECAST, "beta", "run-2")
    assert publish.publish(lake, "run-2", "beta", [beta], {}) == 2
    assert publish.publish(lake, "run-1", "alpha", [done], {}) == 1
    assert len(snapshots.history(lake)) == 2
    anew = write(lake, forecasts(), FACT_FORECAST, "alpha", "run-1")
    assert publish.publish(lake, "run-1", "alpha", [anew], {}) == 3


def test_a_version_that_is_not_there_is_refused(lake, forecasts):
    done = write(lake, forecasts(), FACT_FORECAST, "alpha", "run-1")
    for commits in (
        [Commit("fact_forecast", done.version + 1, 1, NOW)],
        [Commit("fact_forecast", -1, 1, NOW)],
        [Commit("fact_forecast", 0, 1, NOW)],
    ):
        with pytest.raises(VersionMissing, match="version"):
            publish.publish(lake, "run-1", "alpha", commits, {})
    with pytest.raises(VersionMissing, match="beta"):
        publish.publish(lake, "run-1", "beta", [done], {})
    for commits in ([], [Commit("snapshot", 0, 1, NOW)], [Commit("nonsense", 0, 1, NOW)]):
        with pytest.raises(BadWrite):
            publish.publish(lake, "run-1", "alpha", commits, {})
    assert snapshots.history(lake) == ()


def test_an_older_run_does_not_displace_a_newer_one(lake, forecasts):
    old = write(lake, forecasts(), FACT_FORECAST, "alpha", "run-1")
    new = write(lake, forecasts(), FACT_FORECAST, "alpha", "run-2")
    publish.publish(lake, "run-2", "alpha", [new], {})
    with pytest.raises(Superseded, match="Run again"):
        publish.publish(lake, "run-1", "alpha", [old], {})
    assert snapshots.newest(lake).run_id == "run-2"


MOVES = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["commit", "publish"]), st.sampled_from(["arima", "ets"])),
    min_size=1,
    max_size=10,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(moves=MOVES)
@example(moves=[("a", "commit", "arima"), ("b", "commit", "ets"), ("a", "publish", ""), ("b", "publish", "")])
@example(moves=[("a", "commit", "arima"), ("b", "commit", "ets"), ("b", "publish", ""), ("a", "publish", "")])
@example(moves=[("a", "commit", "arima"), ("b", "commit", "arima"), ("a", "publish", ""), ("b", "publish", "")])
def test_what_is_said_to_be_published_is_there_and_nothing_else(tmp_path_factory, forecasts, moves):
    """Runs that commit to one data set side by side: each source is what the last run published that had it.

    Two of the writers keep tables open, each its own.
    """
    lake = Lake(str(tmp_path_factory.mktemp("lake")))
    contexts = {name: contextvars.copy_context() for name in "abc"}
    with contextlib.ExitStack() as kept:
        for name in "ab":
            tables = kept_open()
            contexts[name].run(tables.__enter__)
            kept.callback(contexts[name].run, tables.__exit__, None, None, None)
        commit_and_publish(lake, forecasts, moves, contexts)


def commit_and_publish(lake, forecasts, moves, contexts):
    counts = itertools.count(1)
    under_way, published = {}, {}
    for writer_name, move, source in moves:
        if move == "commit":
            run_id = f"{writer_name}-{next(counts)}"
            batch = forecasts(sources=[source], run_id=run_id)
            done = contexts[writer_name].run(commit.forecasts, lake, batch, "alpha", [source], run_id)
            under_way[writer_name] = (run_id, source, done)
        elif writer_name in under_way:
            run_id, source, done = under_way.pop(writer_name)
            try:
                contexts[writer_name].run(publish.publish, lake, run_id, "alpha", [done], {})
            except Superseded:
                continue
            published[source] = run_id
            for context in contexts.values():
                assert context.run(live_runs, lake) == set(published.items())


def live_runs(lake):
    """Source and run of the live rows of alpha that are published."""
    rows = snapshots.read(lake, snapshots.newest(lake), "fact_forecast", "alpha")
    live = rows.filter(pc.equal(rows["kind"], "live")).select(["source", "run_id"]).to_pylist()
    return {(row["source"], row["run_id"]) for row in live}


def test_a_commit_beside_does_not_shift_who_wrote_what(lake, forecasts, monkeypatch):
    """delta-rs reads the log anew: a commit that comes in between moved every run's name to the version before."""

    def write_source(source, run_id):
        return commit.forecasts(lake, forecasts(sources=[source], run_id=run_id), "alpha", [source], run_id)

    publish.publish(lake, "run-1", "alpha", [write_source("arima", "run-1")], {})
    versions = {run_id: write_source(source, run_id).version for source, run_id in (("ets", "a"), ("nets", "b"))}
    real, beside = DeltaTable.history, iter(["c"])

    def history(self, limit=None):
        for run_id in beside:
            commit.replace(lake, FACT_FORECAST, forecasts("beta", run_id=run_id), {"dataset_id": "beta"}, run_id)
        return real(self, limit)

    monkeypatch.setattr(DeltaTable, "history", history)
    for run_id, version in versions.items():
        assert recovery.notes(lake, FACT_FORECAST, [version]) == {version: Note(run_id, None)}


def test_a_run_that_another_one_brought_back_meanwhile_is_told(lake, forecasts, monkeypatch):
    """While a run makes room for what is published, another one publishes, with the first one's forecasts undone."""

    def write_source(source, run_id):
        return commit.forecasts(lake, forecasts(sources=[source], run_id=run_id), "alpha", [source], run_id)

    publish.publish(lake, "old", "alpha", [write_source("ets", "old")], {})
    write_source("nets", "failed")
    real, rounds = recovery.recover, iter([1])
    monkeypatch.setattr(recovery, "recover", lambda *_: ())  # `failed` commits after `mine` has looked
    mine = write_source("ets", "mine")

    def recover(*arguments):
        for _ in rounds:
            publish.publish(lake, "other", "alpha", [write_source("arima", "other")], {})
        return real(*arguments)

    monkeypatch.setattr(recovery, "recover", recover)
    with pytest.raises(Superseded):
        publish.publish(lake, "mine", "alpha", [mine], {})
    rows = snapshots.read(lake, snapshots.newest(lake), "fact_forecast", "alpha")
    assert set(rows["run_id"].to_pylist()) == {"old", "other"}


@pytest.mark.parametrize("when", ["before the run looks", "before it commits", "after it has committed", "never"])
def test_a_run_lets_go_only_of_what_it_has_seen(lake, forecasts, metrics, when):
    """A run looks which sources go, then commits, then publishes; beside it another one brings a new "ets"."""

    def commits(run_id, source, gone=()):
        record = snapshots.newest_or_none(lake)
        seen = {each.table: Withdrawal(gone, each.version) for each in record.entries} if gone else {}
        names = [source, *gone]

        def done():
            rows, errors = (make(sources=[source], run_id=run_id) for make in (forecasts, metrics))
            where = {"dataset_id": "alpha", "source": names}
            of_metrics = {"withdrawal": seen.get("fact_metrics")}
            return [
                commit.forecasts(lake, rows, "alpha", names, run_id, withdrawal=seen.get("fact_forecast")),
                commit.replace(lake, FACT_METRICS, errors, where, run_id, **of_metrics),
            ]

        return done

    def import_ets(run_id):
        publish.publish(lake, run_id, "alpha", commits(run_id, "ets")(), {})

    import_ets("old")
    if when == "before the run looks":
        import_ets("new")
    commit_mine = commits("mine", "arima", gone=["ets"])
    if when == "before it commits":
        import_ets("new")
    beside = commits("new", "ets")() if when == "after it has committed" else []
    mine = commit_mine()
    if beside:
        publish.publish(lake, "new", "alpha", beside, {})

    if when in {"before the run looks", "never"}:
        publish.publish(lake, "mine", "alpha", mine, {})
        assert live_runs(lake) == {("arima", "mine")}
    else:
        with pytest.raises(Superseded, match="lets go of ets of data set alpha, published anew meanwhile"):
            publish.publish(lake, "mine", "alpha", mine, {})
        assert live_runs(lake) == {("ets", "new")}
        publish.publish(lake, "mine again", "alpha", commits("mine again", "arima", gone=["ets"])(), {})
        assert live_runs(lake) == {("arima", "mine again")}


def test_a_source_that_another_run_let_go_is_no_newer_one(lake, forecasts):
    """Both runs withdraw the same source: the second one has nothing left to overlook."""
    first = write(lake, forecasts(sources=["ets"], run_id="old"), FACT_FORECAST, "alpha", "old")
    publish.publish(lake, "old", "alpha", [first], {})
    seen = Withdrawal(["ets"], first.version)
    for name in ("one", "two"):
        rows = forecasts(sources=[name], run_id=name)
        done = commit.forecasts(lake, rows, "alpha", [name, "ets"], name, withdrawal=seen)
        publish.publish(lake, name, "alpha", [done], {})
    assert live_runs(lake) == {("one", "one"), ("two", "two")}


def test_a_run_upon_another_base_is_refused_if_it_says_so(lake, forecasts):
    first = write(lake, forecasts(), FACT_FORECAST, "alpha", "run-1")
    second = write(lake, forecasts(), FACT_FORECAST, "alpha", "run-2")
    parts = [publish.Part("alpha", [second], {})]
    publish.publish(lake, "run-1", "alpha", [first], {})
    with pytest.raises(Superseded, match="published meanwhile"):
        publish.publish_parts(lake, "run-2", parts, base=None)
    assert publish.publish_parts(lake, "run-2", parts, base=snapshots.newest(lake)) == 2


def test_a_table_that_a_data_set_no_longer_has_can_be_left_out(lake, forecasts, metrics):
    done = [
        write(lake, forecasts(), FACT_FORECAST, "alpha", "run-1"),
        write(lake, metrics(), FACT_METRICS, "alpha", "run-1"),
    ]
    publish.publish(lake, "run-1", "alpha", done, {})
    again = write(lake, forecasts(), FACT_FORECAST, "alpha", "run-2")
    publish.publish(lake, "run-2", "alpha", [again], {}, without=["fact_metrics"])
    newest = snapshots.newest(lake)
    assert newest.entry("alpha", "fact_metrics") is None
    assert snapshots.read(lake, newest, "fact_metrics").num_rows == 0


def test_snapshots_are_in_order_of_time_even_where_clocks_are_not(lake, forecasts):
    clocks = [NOW, NOW - timedelta(hours=1), NOW + timedelta(seconds=1)]
    for number, now in enumerate(clocks):
        done = write(lake, forecasts(), FACT_FORECAST, "alpha", f"run-{number}")
        publish.publish(lake, f"run-{number}", "alpha", [done], {}, clock=lambda now=now: now)
    times = [record.committed_at for record in snapshots.history(lake)]
    assert times == sorted(times, reverse=True)
    assert len(set(times)) == 3
    assert times[0] == NOW + timedelta(seconds=1)


def test_an_empty_lake_and_an_unknown_snapshot_say_so(lake, forecasts):
    with pytest.raises(LakeNotFound, match="nothing has been published"):
        snapshots.newest(lake)
    assert snapshots.history(lake) == ()
    done = write(lake, forecasts(), FACT_FORECAST, "alpha", "run-1")
    publish.publish(lake, "run-1", "alpha", [done], {})
    with pytest.raises(SnapshotGone, match="Retained are 1"):
        snapshots.get(lake, 2)


WRITER = Path(__file__).with_name("writer.py")


def writer(lake, dataset_id, first, count, pause=0.0):
    """A process that publishes `count` runs of a data set; see writer.py."""
    arguments = (lake.uri, json.dumps(dict(lake.options)), dataset_id, str(first), str(count), str(pause))
    return subprocess.Popen([sys.executable, str(WRITER), *arguments], stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_racing_publishers_neither_share_an_id_nor_lose_an_entry(any_lake):
    names, times = [f"data-{number}" for number in range(4)], 5
    processes = [writer(any_lake, name, 0, times) for name in names]
    published = [process.communicate(timeout=200)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0] * len(names)
    ids = sorted(int(snapshot_id) for each in published for snapshot_id in each)
    assert ids == list(range(1, len(names) * times + 1))
    history = snapshots.history(any_lake)
    assert [record.snapshot_id for record in history] == ids[::-1]
    assert list(history[0].dataset_ids) == names
    for newer, older in itertools.pairwise(history):
        changed = set(newer.entries) ^ set(older.entries)
        assert len({entry.dataset_id for entry in changed}) == 1
    for name in ("fact_forecast", "fact_metrics"):  # each version is the one that its own run committed
        runs = {entry["version"]: entry.get("run_id") for entry in any_lake.handle(name).history()}
        for record in history:
            dataset_id = record.run_id.rpartition("-")[0]
            assert runs[record.entry(dataset_id, name).version] == record.run_id
    assert_whole(any_lake)


@pytest.mark.slow
def test_killing_writers_leaves_the_newest_snapshot_whole(lake):
    """Every second kill waits for a run's first commit, the others fall anywhere: pauses take most of a run."""

    def under_way():
        entry = snapshots.newest(lake).entry("alpha", "fact_forecast")
        return lake.handle("fact_forecast").version() > entry.version

    first = 1
    writer(lake, "alpha", 0, 1).communicate()
    unpublished = 0
    for kill in range(8):
        process = writer(lake, "alpha", first, 1000, pause=0.2)
        assert process.stdout.readline()
        if kill % 2:
            while not under_way():
                time.sleep(0.01)
        else:
            time.sleep(0.06 * kill)
        process.kill()
        process.communicate()
        record = assert_whole(lake)
        unpublished += under_way()
        first = int(record.run_id.removeprefix("alpha-")) + 1
    assert unpublished >= 2


def assert_whole(lake):
    """Every table of every data set in the newest snapshot comes from the one run that it names."""
    record = snapshots.newest(lake)
    runs = {summary["dataset_id"]: summary["run_id"] for summary in record.datasets}
    assert set(runs) == set(record.dataset_ids)
    for name, run in runs.items():
        forecasts = snapshots.read(lake, record, "fact_forecast", name)
        metrics = snapshots.read(lake, record, "fact_metrics", name)
        level = float(run.rpartition("-")[2])
        assert (forecasts.num_rows, metrics.num_rows) == (24, 4)
        assert set(forecasts["run_id"].to_pylist()) | set(metrics["run_id"].to_pylist()) == {run}
        assert min(forecasts["forecast"].to_pylist()) == level + 0.25
        assert min(metrics["scaled_quantile_loss"].to_pylist()) == level
    return record


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["alpha", "beta"]),
        st.sampled_from([["arima"], ["ensemble"], ["arima", "ensemble"]]),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
@example([("alpha", ["arima"], True), ("alpha", ["arima", "ensemble"], False), ("alpha", ["arima"], True)])
def test_any_series_of_runs_shows_each_source_as_last_published(forecasts, tmp_path_factory, steps):
    """Runs of some sources, published or failed in any order: a model of plain dictionaries agrees."""
    lake = Lake(str(tmp_path_factory.mktemp("steps")))
    shown: dict[tuple[str, str], str] = {}
    for number, (name, sources, succeeds) in enumerate(steps):
        run = f"run-{number}"
        done = commit.forecasts(lake, forecasts(name, sources=sources, run_id=run), name, sources, run)
        if succeeds:
            publish.publish(lake, run, name, [done], {})
            shown |= {(name, source): run for source in sources}
    if not shown:
        return
    rows = snapshots.read(lake, snapshots.newest(lake), "fact_forecast")
    found = {(row["dataset_id"], row["source"], row["run_id"]) for row in rows.to_pylist()}
    assert found == {(name, source, run) for (name, source), run in shown.items()}
