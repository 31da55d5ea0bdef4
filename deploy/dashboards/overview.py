"""The overview, for everyone: is it well, how far behind, what did it find, what was set aside."""

from deploy.dashboards.panel import Dashboard, Panel, Query, Row
from deploy.dashboards.queries import CLASSIFIED, DOCUMENTS, NEWEST_AGE, QUERYABLE, fresh, rate

NOW = (
    Panel(
        "Workers",
        "Worker processes that answer. None: abstracts wait on their topic, and nothing is lost.",
        "short",
        (Query('count(up{job="biorelay"} == 1)', "workers"),),
        kind="stat",
        width=4,
        height=5,
        decimals=0,
        alarm=1,
        less_is_worse=True,
        runbook="BiorelayNoWorker",
    ),
    Panel(
        "Stages that wait",
        "Stages whose neighbour (broker, graph) is away. They go on by themselves when it comes back; nothing is lost.",
        "short",
        (Query("sum(max by (stage) (biorelay_waiting))", "waiting"),),
        kind="stat",
        width=4,
        height=5,
        decimals=0,
        warn=1,
        runbook="BiorelayStageWaits",
    ),
    Panel(
        "Behind",
        "Age of the oldest abstract that waits for its next step: how long a new one will wait as well.",
        "s",
        (Query("max(biorelay_lag_seconds)", "behind"),),
        kind="stat",
        width=4,
        height=5,
        decimals=1,
        warn=60,
        alarm=300,
        runbook="BiorelayLagGrowing",
    ),
    Panel(
        "Newest abstract",
        "How long ago the newest abstract that the graph answers with was published. Large at night, if nobody publishes at night.",
        "s",
        (Query(NEWEST_AGE, "age"),),
        kind="stat",
        width=4,
        height=5,
        decimals=1,
        runbook="BiorelayNotFresh",
    ),
    Panel(
        "Set aside, last day",
        "Messages that could not be handled in the last 24 hours. Each waits for a person: biorelay dead-letters list.",
        "short",
        (Query(f'sum(increase({DOCUMENTS}{{outcome="dead-letter"}}[1d]))', "dead letters"),),
        kind="stat",
        width=4,
        height=5,
        decimals=0,
        warn=1,
        alarm=100,
        runbook="BiorelayDeadLetterBurst",
    ),
    Panel(
        "Alerts",
        "Alerts that fire now; the page Alerts of Prometheus has their texts.",
        "short",
        (Query('count(ALERTS{alertstate="firing", alertname=~"Biorelay.*"}) or vector(0)', "firing"),),
        kind="stat",
        width=4,
        height=5,
        decimals=0,
        warn=1,
    ),
)

TODAY = (
    Panel(
        "Abstracts, last day",
        "Abstracts that the graph took in the last 24 hours, revisions and deletions included.",
        "short",
        (Query(f"sum(increase({QUERYABLE}[1d]))", "abstracts"),),
        kind="stat",
        width=4,
        height=8,
        decimals=0,
    ),
    Panel(
        "Relations by type, last day",
        "Relations found in the last 24 hours, by type; a document that is read again counts again.",
        "short",
        (Query("sort_desc(sum by (predicate) (increase(biorelay_relations_total[1d])))", "{{predicate}}"),),
        kind="bargauge",
        width=8,
        decimals=0,
    ),
    Panel(
        "Relations per thousand abstracts",
        "Relations found for each thousand abstracts read, by type, in the last hour. A step: other texts, or another model.",
        "short",
        (
            Query(
                "1000 * sum by (predicate) (rate(biorelay_relations_total[1h]))"
                f" / ignoring (predicate) group_left () sum(rate({CLASSIFIED}[1h]))",
                "{{predicate}}",
            ),
        ),
        width=12,
        decimals=0,
        runbook="BiorelayRelationsDrift",
    ),
)

FLOW = (
    Panel(
        "Abstracts by stage",
        "Abstracts that each stage settled well, a second. In step when all is well; the first that is lower holds up the rest.",
        "suffix: docs/s",
        (Query(rate(f'{DOCUMENTS}{{outcome="ok"}}', "stage"), "{{stage}}"),),
    ),
    Panel(
        "Behind, by stage",
        "Age of the oldest abstract that each stage has not settled. Rising without end: too few workers, or a stage that waits.",
        "s",
        (Query("max by (stage) (biorelay_lag_seconds)", "{{stage}}"),),
        runbook="BiorelayLagGrowing",
    ),
)

OBJECTIVES = (
    Panel(
        "Queryable within five minutes",
        "Share of the abstracts of the last 28 days that the graph answered with within five minutes. The objective is 99 of 100.",
        "percentunit",
        (Query(fresh("28d"), "share"),),
        kind="stat",
        width=6,
        height=5,
        decimals=2,
        warn=0.995,
        alarm=0.99,
        less_is_worse=True,
        runbook="BiorelayNotFresh",
    ),
    Panel(
        "Handled",
        "Share of the messages of the last 28 days that were not set aside. The objective is 999 of 1,000.",
        "percentunit",
        (
            Query(
                f'1 - (sum(rate({DOCUMENTS}{{outcome="dead-letter"}}[28d])) or vector(0)) / sum(rate({DOCUMENTS}[28d]))',
                "share",
            ),
        ),
        kind="stat",
        width=6,
        height=5,
        decimals=3,
        warn=0.9995,
        alarm=0.999,
        less_is_worse=True,
        runbook="BiorelayDeadLetterBurst",
    ),
    Panel(
        "At work",
        "Share of the last 28 days in which no stage waited for the broker or the graph. The objective is 99.5 of 100.",
        "percentunit",
        (Query("1 - avg_over_time(max(biorelay_waiting)[28d:1m])", "share"),),
        kind="stat",
        width=6,
        height=5,
        decimals=2,
        warn=0.9975,
        alarm=0.995,
        less_is_worse=True,
        runbook="BiorelayStageWaits",
    ),
    Panel(
        "Answered",
        "Share of the explorer's requests of the last 28 days that did not fail (5xx). The objective is 99.5 of 100.",
        "percentunit",
        (
            Query(
                '1 - (sum(rate(biorelay_explorer_requests_total{status="5xx"}[28d])) or vector(0))'
                " / sum(rate(biorelay_explorer_requests_total[28d]))",
                "share",
            ),
        ),
        kind="stat",
        width=6,
        height=5,
        decimals=2,
        warn=0.9975,
        alarm=0.995,
        less_is_worse=True,
        runbook="BiorelayExplorerDown",
    ),
)

OVERVIEW = Dashboard(
    "overview",
    "overview",
    "For everyone: is it well, how far behind is it, what did it find today, what was set aside.",
    (Row("Now", NOW), Row("Today", TODAY), Row("Flow", FLOW), Row("Objectives (docs/slo.md)", OBJECTIVES)),
    span="3h",
)
