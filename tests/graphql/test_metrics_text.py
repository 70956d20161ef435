"""Figures in the Prometheus text format."""

import re

from lakecast_graphql.metrics import Metrics


def test_counters_durations_and_gauges() -> None:
    metrics = Metrics()
    count = metrics.counter("a_total", "As.")
    count(status="200")
    count(by=2, status="200")
    count(status='4"0\\4')
    observe = metrics.durations("b_seconds", "Bs.")
    observe(0.003, way="x")
    observe(100.0, way="x")
    metrics.gauge("c", "C.", lambda: 3)
    metrics.gauge("d", "Left out.", lambda: None)
    metrics.counted("e_total", "Es.", lambda: {(("way", "x"),): 1_234_567.0})
    metrics.gauge("f", "F.", lambda: 0.1)
    text = metrics.text()
    assert 'a_total{status="200"} 3\n' in text
    assert 'a_total{status="4\\"0\\\\4"} 1\n' in text
    assert 'b_seconds_bucket{way="x",le="0.0025"} 0\n' in text
    assert 'b_seconds_bucket{way="x",le="0.005"} 1\n' in text
    assert 'b_seconds_bucket{way="x",le="+Inf"} 2\n' in text
    assert 'b_seconds_count{way="x"} 2\n' in text
    assert "\nc 3\n" in text
    assert "\nd " not in text
    assert '# TYPE e_total counter\ne_total{way="x"} 1234567\n' in text, "rates are computed from every digit"
    assert "\nf 0.1\n" in text
    line = re.compile(r"# (HELP|TYPE) \w+ .+|\w+(\{(\w+=\"(\\.|[^\"\\])*\",?)*\})? [0-9.e+-]+")
    assert all(line.fullmatch(one) for one in text.splitlines())
