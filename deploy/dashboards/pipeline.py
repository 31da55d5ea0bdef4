"""The pipeline: documents on their way from the topic to the graph, how late, and what failed."""

from deploy.dashboards.panel import Dashboard, Panel, Query, Row
from deploy.dashboards.queries import DOCUMENTS, FRESHNESS, QUERYABLE, median_and_p95, quantile, rate

NOW = (
    Panel(
        "Queryable",
        "Documents that reached the graph, a second. Zero with lag means that something stands still.",
        "suffix: docs/s",
        (Query(f"sum(rate({QUERYABLE}[$__rate_interval]))", "queryable"),),
        kind="stat",
        width=6,
        height=5,
        decimals=1,
    ),
    Panel(
        "Lag",
        "Age of the oldest document that a stage has not settled, for the stage that is furthest behind.",
        "s",
        (Query("max(biorelay_lag_seconds)", "lag"),),
        kind="stat",
        width=6,
        height=5,
        decimals=1,
        warn=60,
        alarm=300,
        runbook="BiorelayLagGrowing",
    ),
    Panel(
        "Freshness, p95",
        "From publication until the graph answers with the document, for 95 of 100 documents of the last minutes.",
        "s",
        (Query(quantile(0.95, FRESHNESS), "p95"),),
        kind="stat",
        width=6,
        height=5,
        decimals=1,
        warn=60,
        alarm=300,
        runbook="BiorelayNotFresh",
    ),
    Panel(
        "Dead letters, last hour",
        "Messages set aside in the last hour. Each waits for a person: biorelay dead-letters list.",
        "short",
        (Query(f'sum(increase({DOCUMENTS}{{outcome="dead-letter"}}[1h]))', "dead letters"),),
        kind="stat",
        width=6,
        height=5,
        decimals=0,
        warn=1,
        alarm=100,
        runbook="BiorelayDeadLetterBurst",
    ),
)

THROUGHPUT = (
    Panel(
        "Documents by stage",
        "Documents that each stage settled well, a second. In step when all is well; the first that is lower holds up the rest.",
        "suffix: docs/s",
        (Query(rate(f'{DOCUMENTS}{{outcome="ok"}}', "stage"), "{{stage}}"),),
        runbook="BiorelayLagGrowing",
    ),
    Panel(
        "Other outcomes",
        "Documents that ended otherwise, a second: deleted (tombstones), failed (empty, after a dead letter), dead-letter.",
        "suffix: docs/s",
        (Query(rate(f'{DOCUMENTS}{{outcome!="ok"}}', "stage, outcome"), "{{stage}}: {{outcome}}"),),
    ),
)

LATE = (
    Panel(
        "Lag in seconds",
        "Age of the oldest document that the stage has not settled. Rising without end: too few workers, or a stage that waits.",
        "s",
        (Query("max by (stage) (biorelay_lag_seconds)", "{{stage}}"),),
        runbook="BiorelayLagGrowing",
    ),
    Panel(
        "Publish to queryable",
        "From publication until the graph answers with the document: what a reader waits for.",
        "s",
        median_and_p95(FRESHNESS),
        runbook="BiorelayNotFresh",
    ),
    Panel(
        "Lag in messages",
        "Messages that the stage's consumer group has not committed. An upper bound: compacted messages are counted.",
        "short",
        (Query("max by (stage) (biorelay_lag_messages)", "{{stage}}"),),
    ),
    Panel(
        "Age of the newest document",
        "How long ago the newest document that each stage settled well was published. It rises by a second a second while nothing comes.",
        "s",
        (Query("time() - max by (stage) (biorelay_newest_settled_timestamp_seconds)", "{{stage}}"),),
        runbook="BiorelayNoInput",
    ),
)

TROUBLE = (
    Panel(
        "Stages that wait",
        "1 while the stage waits for the broker or the graph. It goes on by itself when that comes back.",
        "short",
        (Query("max by (stage) (biorelay_waiting)", "{{stage}}"),),
        width=8,
        decimals=0,
        most=1,
        runbook="BiorelayStageWaits",
    ),
    Panel(
        "Waits for a neighbour",
        "Repeats of the last five minutes, by stage and code, while the broker or the graph was away or in conflict.",
        "short",
        (Query("sum by (stage, code) (increase(biorelay_retries_total[5m]))", "{{stage}}: {{code}}"),),
        width=8,
        decimals=0,
        runbook="BiorelayGraphRefuses",
    ),
    Panel(
        "Age of the last commit",
        "Seconds for which a partition had something to commit and did not. Above a minute with lag: the stage is stuck.",
        "s",
        (Query("max by (stage) (biorelay_commit_age_seconds)", "{{stage}}"),),
        width=8,
        runbook="BiorelayStuck",
    ),
    Panel(
        "Dead letters by reason",
        "Messages set aside since the workers started, by stage and code: biorelay dead-letters show tells more of each.",
        "short",
        (Query("sum by (stage, code) (biorelay_dead_letters_total)", "{{stage}}: {{code}}"),),
        width=8,
        decimals=0,
        runbook="BiorelayDeadLetterBurst",
    ),
    Panel(
        "Limits met",
        "Times in the last hour that a limit was met, by the setting that has it: docs/limits.md tells what happens then.",
        "short",
        (Query("sum by (limit) (increase(biorelay_limits_total[1h]))", "{{limit}}"),),
        width=8,
        decimals=0,
        runbook="BiorelayLimitMet",
    ),
    Panel(
        "Age of the workers",
        "Seconds since each worker started. One that falls to nothing again and again dies soon after its start.",
        "s",
        (Query("time() - biorelay_start_time_seconds", "{{instance}}"),),
        width=8,
        runbook="BiorelayRestartLoop",
    ),
)

PIPELINE = Dashboard(
    "pipeline",
    "pipeline",
    "Documents on their way from the topic to the graph: how many, how late, what failed.",
    (Row("Now", NOW), Row("Throughput", THROUGHPUT), Row("Lag and freshness", LATE), Row("Trouble", TROUBLE)),
)
