"""`lakecast.yaml` beside the demand: read alike by every way in, and refused in words."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lakecast_assets.ingest.folder import DatasetInput, read_folder
from lakecast_assets.ingest.settings_file import read_settings
from lakecast_assets.pipeline.automation import _runs
from lakecast_assets.pipeline.landing import dataset_ids
from lakecast_assets.pipeline.places import Place
from lakecast_assets.pipeline.run import RunError, run
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.rules import Rules
from lakecast_lake import snapshots
from lakecast_lake.columns.loading import load
from lakecast_lake.storage import Lake
from lakecast_schema.periods import Frequency

Write = Callable[..., Path]
PURCHASES = "Produto/Serviço;Material;U.M.;Depósito;Quantidade;Data solicitado;Data de compra\n" + "".join(
    f"{item};Cabo {item};{unit};DEP-{depot};1,5;{day:02d}/{month:02d}/2024;28/{month:02d}/2024\n"
    for item, unit in (("011", "MT"), ("012", "SR"))
    for depot in (1, 2)
    for month in range(1, 13)
    for day in (3, 17)
)
SETTINGS = "frequency: monthly\nby: location\nmapping:\n  date: DATA SOLICITADO\n"


def settings(folder: Path, text: str) -> Path:
    (folder / "lakecast.yaml").write_text(text, encoding="utf-8")
    return folder


def read(folder: Path, **rules: object) -> dict[str, DatasetInput]:
    return dict(read_folder(folder, rules=Rules(**rules)).datasets)  # type: ignore[arg-type]


def test_three_lines_make_purchases_of_an_erp_readable(folder: Write) -> None:
    made = folder(demand=PURCHASES)
    with pytest.raises(InputError, match="the columns Data solicitado and Data de compra may both be date"):
        read(made)
    (both,) = read(settings(made, SETTINGS.replace("by: location\n", ""))).values()
    assert both.frequency is Frequency.MONTHLY
    said = "\n".join(both.notes)
    assert "date is Data solicitado" in said
    assert "Data de compra may be dates, too, and are not used" in said
    assert "1 item is a service by its unit (SR)" in said
    assert both.tables["dim_item"]["name"].to_pylist() == ["Cabo 011", "Cabo 012"]
    assert both.tables["dim_item"]["unit"].to_pylist() == ["MT", "SR"]
    assert both.tables["demand"]["quantity"].to_pylist()[:12] == [6.0] * 12


def test_every_way_in_reads_the_settings(folder: Write, tmp_path: Path) -> None:
    made = settings(
        folder(demand=PURCHASES), SETTINGS + "horizon: 3\nsources: [seasonal_naive]\ncurrency: BRL\nreview_day: 15\n"
    )
    wanted = ("tower_parts_dep_1", "tower_parts_dep_2")
    assert tuple(read(made)) == wanted
    assert dataset_ids(made) == wanted
    requests = _runs(Place(str(made)), wanted, "key")
    assert [request.partition_key for request in requests] == list(wanted)
    config = dict(requests[0].run_config["resources"]["settings"]["config"])  # type: ignore[index]
    assert config.pop("data") == str(made)
    assert config == {
        "frequency": "monthly", "by": "location", "horizon": 3, "sources": ["seasonal_naive"], "currency": "BRL",
        "columns": {"date": "DATA SOLICITADO"}, "review_day": "15",
    }  # fmt: skip
    assert not {key.path[-1] for key in requests[0].asset_selection or ()} & {"prophet_forecast", "lstm_forecast"}
    lake = Lake.open(str(tmp_path / "lake"))
    report = run(made, lake.uri)
    assert [each.dataset_id for each in report.datasets] == list(wanted)
    assert not report.failed
    newest = snapshots.newest(lake)
    live = [row for row in snapshots.read(lake, newest, "fact_forecast").to_pylist() if row["kind"] == "live"]
    assert len(live) == 2 * 2 * 3
    assert {row["source"] for row in live} == {"seasonal_naive"}
    assert set(snapshots.read(lake, newest, "dim_item")["currency"].to_pylist()) == {"BRL"}


def test_champion_and_day_of_orders_of_a_data_set(folder: Write, tmp_path: Path) -> None:
    text = "frequency: monthly\nmapping: {date: Data solicitado}\nchampion: seasonal_naive\nreview_day: 15\n"
    stock = "item_id,date,on_hand\n011,2024-12-20,0\n012,2024-12-20,0\n"
    made = settings(folder(demand=PURCHASES, stock=stock), text)
    lake = Lake.open(str(tmp_path / "lake"))
    run(made, lake.uri, sources=["theta", "seasonal_naive"], horizon=3)
    newest = snapshots.newest(lake)
    assert snapshots.read(lake, newest, "dim_item")["champion"].to_pylist() == ["seasonal_naive"] * 2
    decisions = snapshots.read(lake, newest, "fact_replenishment").to_pylist()
    assert {row["source"] for row in decisions} == {"seasonal_naive"}
    assert {row["order_by_date"].day for row in decisions if row["order_by_date"]} == {15}
    assert any(row["order_by_date"] for row in decisions)
    assert load(lake, newest).champion == ("seasonal_naive",) * 2, "a server says so, too"
    run(settings(made, text.replace("champion: seasonal_naive\n", "")), lake.uri, sources=["theta", "seasonal_naive"])
    newest = snapshots.newest(lake)
    assert snapshots.read(lake, newest, "dim_item")["champion"].to_pylist() == ["theta"] * 2
    assert load(lake, newest).champion == ("theta",) * 2


def test_what_a_person_states_goes_before_the_file(folder: Write) -> None:
    made = settings(folder(demand=PURCHASES), SETTINGS)
    daily = read(made, frequency=Frequency.DAILY, columns={"date": "Data de compra"})
    assert {each.frequency for each in daily.values()} == {Frequency.DAILY}
    dates = daily["tower_parts_dep_1"].tables["demand"]["date"]
    assert str(dates[0]) == "2024-01-28"


def test_columns_of_one_kind_of_file(folder: Write) -> None:
    demand = "item_id,date,quantity\n" + "".join(f"A,2024-01-{day:02d},{day}\n" for day in range(1, 15))
    made = folder(demand=demand, stock="SKU A,QUANDO,SALDO 1,SALDO 2\nA,2024-01-14,5,6\n")
    text = "mapping:\n  stock: {item_id: SKU A, date: QUANDO}\n  on_hand: SALDO 2\n"
    (one,) = read(settings(made, text)).values()
    assert one.tables["fact_inventory"]["on_hand"].to_pylist() == [6.0]


def test_a_column_may_be_named_a_driver(folder: Write) -> None:
    demand = "item_id,date,quantity,PROMO\n" + "".join(f"A,2024-01-{day:02d},{day},2\n" for day in range(1, 15))
    (one,) = read(settings(folder(demand=demand), "mapping: {x_promo: PROMO}")).values()
    assert set(one.tables["driver"]["name"].to_pylist()) == {"promo"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("frequenci: monthly", "lakecast.yaml: there is no setting frequenci. Did you mean frequency"),
        ("mapping: {dat: DIA}", "there is no field dat. Did you mean date"),
        ("mapping: [a]", "mapping holds no columns"),
        ("frequency: montly", "frequency is 'montly'. Write auto, daily"),
        ("gaps: none", "gaps is 'none'; it must be one of auto, zero, unknown"),
        ("horizon: twelve", "horizon is 'twelve'. Write a whole number"),
        ("country: no", "country is False. Write a word"),
        ("inactive_days: true", "inactive_days is True. Write a whole number"),
        ("allow_rejected: much", "allow_rejected is 'much'. Write a number"),
        ("champion: [ets]", "champion is ['ets']. Write a word"),
        ("sources: ets", "sources is 'ets'. Write a list such as"),
        ("as_of: soon", "as_of is 'soon'. Write a day such as"),
        ("currency: real", "currency is 'real'; it must be an ISO 4217 code"),
        ("- frequency", "holds no settings"),
        ("a: [", "is no readable YAML"),
    ],
)
def test_what_is_no_setting_is_refused_by_check_and_by_run(text: str, sentence: str, folder: Write) -> None:
    made = settings(folder(demand=PURCHASES), text)
    with pytest.raises(InputError, match=sentence.replace("[", "\\[").replace("(", "\\(")):
        read(made)
    with pytest.raises((InputError, RunError)):
        run(made, str(made / "lake"))
    assert len(_runs(Place(str(made)), ["tower_parts"], "key")) == 1, "the run fails where everybody sees it"


def test_an_empty_file_states_nothing(folder: Write) -> None:
    assert read_settings(settings(folder(demand=PURCHASES), "# nothing yet\n")) == {}


def test_a_source_that_there_is_not_is_refused_by_the_run(folder: Write) -> None:
    made = settings(folder(demand=PURCHASES), SETTINGS + "sources: [arimaa]\n")
    with pytest.raises(RunError, match="no source 'arimaa'"):
        run(made, str(made / "lake"))


def test_one_date_per_item_lies_in_its_calendar_period(folder: Write) -> None:
    text = "".join(f"{item},2024-0{month}-{day},5\n" for item, month, day in (("A", 1, 15), ("B", 2, 20), ("C", 2, 10)))
    made = read_folder(folder(demand="item_id,date,quantity\n" + text), rules=Rules(frequency=Frequency.MONTHLY))
    (read,) = made.datasets.values()
    assert {str(day) for day in read.tables["demand"]["date"].to_pylist()} == {"2024-01-01", "2024-02-01"}


def test_one_date_of_a_stated_frequency_lies_in_its_calendar_period(folder: Write) -> None:
    made = folder(demand="item_id,date,quantity\nA,2024-04-16,5\nB,2024-04-16,5\n")
    (one,) = read(made, frequency=Frequency.MONTHLY).values()
    assert {str(day) for day in one.tables["demand"]["date"]} == {"2024-04-01"}
