"""PromQL that several dashboards, the objectives and the status page's explanations share."""

from deploy.dashboards.panel import Query

DOCUMENTS = "biorelay_documents_total"
QUERYABLE = f'{DOCUMENTS}{{stage="graph", outcome!="dead-letter"}}'
CLASSIFIED = f'{DOCUMENTS}{{stage="relations", outcome="ok"}}'
FRESHNESS = "biorelay_publish_to_queryable_seconds"
OBJECTIVE = 'le=~"300([.]0)?"'
"""The bucket of documents that were queryable within five minutes (docs/slo.md)."""
NEWEST_AGE = 'time() - max(max_over_time(biorelay_newest_settled_timestamp_seconds{stage="graph"}[1d]))'
"""Also across restarts: a worker that has just begun has settled nothing."""


def rate(metric: str, by: str) -> str:
    """Events a second, by labels."""
    return f"sum by ({by}) (rate({metric}[$__rate_interval]))"


def quantile(share: float, histogram: str, by: str = "") -> str:
    """A quantile of a histogram over the rate interval, by labels."""
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, sum by ({labels}) (rate({histogram}_bucket[$__rate_interval])))"


def median_and_p95(histogram: str, by: str = "") -> tuple[Query, Query]:
    """Both of a histogram, by a label or of all together."""
    name = f"{{{{{by}}}}} " if by else ""
    return Query(quantile(0.5, histogram, by), f"{name}p50"), Query(quantile(0.95, histogram, by), f"{name}p95")


def share(part: str, of: str, over: str = "5m", by: str = "") -> str:
    """How much of one counter's events are another's, over a time; by a label that both have."""
    total = f"sum by ({by}) " if by else "sum"
    return f"{total}(rate({part}[{over}])) / {total}(rate({of}[{over}]))"


def fresh(over: str) -> str:
    """The share of documents that were queryable within the objective's five minutes."""
    return share(f"{FRESHNESS}_bucket{{{OBJECTIVE}}}", f"{FRESHNESS}_count", over)
