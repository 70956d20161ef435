"""Every metric of the server in one table: `python -m lakecast_ops.metrics` prints docs/reference/metrics.md."""

_HEAD = """\
# Metrics

`/metrics` of a server, for Prometheus: one scrape tells all of its workers, whichever of them answers. This page is
written by `python -m lakecast_ops.metrics`; a test holds it against a scrape. Names stay; new ones may come.

Counters and histograms are sums over all workers, those that ended included. Gauges are of the living ones: counts,
bytes and connections are sums, ages and problems the worst of them, `lakecast_snapshot_id` the oldest. Figures of
another worker may be a second old.
"""


def page() -> str:
    """docs/reference/metrics.md."""
    from lakecast_graphql.metrics import table

    lines = [_HEAD, "| metric | kind | labels | meaning |", "|---|---|---|---|"]
    lines += [f"| `{name}` | {kind} | {labels} | {meaning} |" for name, kind, labels, meaning in table()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(page(), end="")
