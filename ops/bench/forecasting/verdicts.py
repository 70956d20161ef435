"""What must hold against the peers: each requirement measured on the same items as its peer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from bench.forecasting.found import Found
from bench.forecasting.measures import mase, point, quantile_loss, score, smape
from bench.forecasting.predictions import Predictions
from bench.forecasting.sets import Array

M3 = ("m3_yearly", "m3_quarterly", "m3_monthly", "m3_other")
ENSEMBLE = "ensemble"
_SCUM, _WITHOUT_NETS = "SCUM", "ensemble without nets"


@dataclass(frozen=True)
class Verdict:
    """One line: what is compared with whom on how many items, the figures, and whether the requirement holds."""

    measure: str
    peer: str
    items: int
    ours: str
    theirs: str
    ratio: str
    must: str
    aim: str
    holds: bool
    reaches: bool

    def row(self) -> Sequence[str]:
        verdict = "aim" if self.reaches and self.holds else "must" if self.holds else "**missed**"
        figures = (self.ours, self.theirs, self.ratio, self.must, self.aim)
        return (self.measure, self.peer, f"{self.items:,}", *figures, verdict)


def all_of(found: Mapping[str, Found], data: Path) -> Iterator[Verdict]:
    """Every requirement whose sets and peers were run."""
    if all(name in found and ENSEMBLE in found[name].ours for name in M3):
        yield from _m3(found, data)
    for name in ("m3_monthly", "m3_quarterly"):
        if name in found and _SCUM in found[name].peers:
            yield _paired_mase(found[name])
    scum = [one for name, one in found.items() if name in M3 and _SCUM in one.peers]
    if scum:
        yield _interval_scores(scum)
    if "carparts" in found:
        peers = {k: made for k, made in found["carparts"].peers.items() if made.quantiles is not None}
        yield _best_quantile_loss(found["carparts"], peers, 0.75, 0.65)
    for name, aim in (("carparts", 0.985), ("raf", 1.0)):
        if name in found:
            yield from _means(found[name], aim)
    if "recruit_daily" in found and "AutoETS" in found["recruit_daily"].peers:
        one = found["recruit_daily"]
        yield _best_quantile_loss(one, {"AutoETS": one.peers["AutoETS"]}, 0.98, 0.95)
    yield from _costs(found)


def _m3(found: Mapping[str, Found], data: Path) -> Iterator[Verdict]:
    """OWA and sMAPE over all of M3 against the published theta method, and the coverage."""
    published = {name: _published(data, name) for name in M3}
    figures = {}
    for method in (ENSEMBLE, "THETA", "NAIVE2"):
        errors = []
        for name in M3:
            one = found[name]
            if method == ENSEMBLE:
                part, forecast = one.items(one.ours[ENSEMBLE]), point(one.ours[ENSEMBLE])
            else:
                part = one.whole
                forecast = np.array([published[name][method][item] for item in part.item_ids])
            errors.append(np.stack([smape(part, forecast), mase(part, forecast)]))
        figures[method] = np.nanmean(np.concatenate(errors, axis=1), axis=1)
    items = sum(len(found[name].whole) for name in M3)
    owa = {method: float((values / figures["NAIVE2"]).mean()) for method, values in figures.items()}
    yield _ratio("M3: OWA", "theta, M3's winner", items, owa[ENSEMBLE], owa["THETA"], 0.955, 0.94)
    yield _ratio(
        "M3: sMAPE", "theta, M3's winner", items, figures[ENSEMBLE][0], figures["THETA"][0], 0.955, 0.94, digits=2
    )
    hits = [score(found[name].items(found[name].ours[ENSEMBLE]), found[name].ours[ENSEMBLE]) for name in M3]
    sizes = [found[name].whole.future.size for name in M3]
    covered = float(np.average([hit["coverage 95"] for hit in hits], weights=sizes))
    inside = 0.93 <= covered <= 0.97
    yield Verdict("M3: 95 % coverage", "–", items, f"{covered:.3f}", "–", "–", ".93–.97", ".93–.97", inside, inside)


def _paired_mase(one: Found) -> Verdict:
    """Mean difference of MASE to SCUM item by item, with its standard error."""
    peer = one.peers[_SCUM]
    part = one.items(peer)
    ours = mase(part, point(one.same_items(ENSEMBLE, peer)))
    theirs = mase(part, point(peer))
    gap = (ours - theirs)[np.isfinite(ours - theirs)]
    error = float(gap.std(ddof=1) / np.sqrt(len(gap)))
    mine, other = float(np.nanmean(ours)), float(np.nanmean(theirs))
    return Verdict(
        f"{one.whole.name}: MASE", _SCUM, len(part), f"{mine:.4f}", f"{other:.4f}",
        f"{mine / other:.3f} (difference {gap.mean():+.4f} ± {error:.4f})", "≤ 1 + one standard error", "≤ .98",
        bool(gap.mean() <= error), mine / other <= 0.98,
    )  # fmt: skip


def _interval_scores(sets_with_scum: Sequence[Found]) -> Verdict:
    """Mean scaled 95 % interval score over the items of all M3 sets that SCUM ran on."""
    totals, items = {"ours": 0.0, "theirs": 0.0}, 0
    for one in sets_with_scum:
        peer = one.peers[_SCUM]
        part, n = one.items(peer), len(peer.item_ids)
        totals["ours"] += n * score(part, one.same_items(ENSEMBLE, peer))["interval score 95"]
        totals["theirs"] += n * score(part, peer)["interval score 95"]
        items += n
    return _ratio("M3: 95 % interval score", _SCUM, items, totals["ours"] / items, totals["theirs"] / items, 0.85, 0.80)


def _best_quantile_loss(one: Found, peers: Mapping[str, Predictions], must: float, aim: float) -> Verdict:
    """Scaled quantile loss against the peer that comes nearest."""
    ratios = {}
    for name, peer in peers.items():
        part = one.items(peer)
        mine = one.same_items(ENSEMBLE, peer).quantiles
        if mine is None or peer.quantiles is None:
            continue
        theirs = np.maximum.accumulate(peer.quantiles, axis=2)
        pair = np.stack([quantile_loss(part, mine), quantile_loss(part, theirs)])
        ratios[name] = (np.nanmean(pair, axis=1), len(part))
    name = max(ratios, key=lambda peer: ratios[peer][0][0] / ratios[peer][0][1])
    (mine_loss, their_loss), items = ratios[name]
    return _ratio(f"{one.whole.name}: quantile loss", name, items, mine_loss, their_loss, must, aim)


def _means(one: Found, aim: float) -> Iterator[Verdict]:
    """Pooled RMSSE of the mean against the better of ADIDA and IMAPA, and the mean's honesty."""
    errors = {
        name: score(one.items(peer), peer)["RMSSE"] for name, peer in one.peers.items() if name in ("ADIDA", "IMAPA")
    }
    if not errors:
        return
    best = min(errors, key=lambda name: errors[name])
    ours = score(one.items(one.ours[ENSEMBLE]), one.ours[ENSEMBLE])
    yield _ratio(
        f"{one.whole.name}: pooled RMSSE of the mean", best, len(one.whole), ours["RMSSE"], errors[best], 1.01, aim
    )
    ratio = ours["forecast / demand"]
    inside = 0.9 <= ratio <= 1.1
    yield Verdict(
        f"{one.whole.name}: Σ forecast / Σ demand", "–", len(one.whole), f"{ratio:.3f}", "–", "–", ".9–1.1", ".9–1.1",
        inside, inside,
    )  # fmt: skip


def _costs(found: Mapping[str, Found]) -> Iterator[Verdict]:
    """CPU seconds per 1,000 series. Ours of a single source: forecasts alone; of the ensemble: the backtest too."""
    for name in ("m3_monthly", "m3_quarterly"):
        if name not in found:
            continue
        one = found[name]
        pairs = (
            ("arima", "AutoARIMA", one.live_seconds.get("arima"), 50, 150),
            ("prophet", "Prophet", one.live_seconds.get("prophet"), 30, 100),
            (
                _WITHOUT_NETS, _SCUM,
                one.ours[_WITHOUT_NETS].seconds_per_thousand if _WITHOUT_NETS in one.ours else None, 20, 50,
            ),
        )  # fmt: skip
        for source, peer, seconds, must, aim in pairs:
            if seconds is None or peer not in one.peers:
                continue
            theirs = one.peers[peer].seconds_per_thousand
            times = theirs / seconds
            yield Verdict(
                f"{name}: CPU seconds per 1,000, {source}", peer, len(one.peers[peer].item_ids), f"{seconds:.1f}",
                f"{theirs:.0f}", f"1/{times:.0f}", f"≤ 1/{must}", f"≤ 1/{aim}", times >= must, times >= aim,
            )  # fmt: skip


def _ratio(
    measure: str, peer: str, items: int, ours: float, theirs: float, must: float, aim: float, digits: int = 4
) -> Verdict:
    ratio = ours / theirs
    return Verdict(
        measure, peer, items, f"{ours:.{digits}f}", f"{theirs:.{digits}f}", f"{ratio:.3f}", f"≤ {must:g}", f"≤ {aim:g}",
        bool(ratio <= must), bool(ratio <= aim),
    )  # fmt: skip


def _published(data: Path, name: str) -> dict[str, dict[str, Array]]:
    """Forecasts that M3's entrants published: method -> item -> (h,)."""
    table = pq.read_table(data / "m3_published.parquet", filters=[("dataset", "==", name)])
    table = table.sort_by([("method", "ascending"), ("item_id", "ascending"), ("horizon", "ascending")])
    out: dict[str, dict[str, list[float]]] = {}
    for row in table.select(["method", "item_id", "forecast"]).to_pylist():
        out.setdefault(row["method"], {}).setdefault(row["item_id"], []).append(row["forecast"])
    return {method: {item: np.array(values) for item, values in items.items()} for method, items in out.items()}
