"""The graph: its transactions, what holds them up, and the standing questions that they answer."""

from deploy.dashboards.panel import Dashboard, Panel, Query, Row
from deploy.dashboards.queries import QUERYABLE, median_and_p95, rate

WRITING = (
    Panel(
        "Graph write",
        "One batch's transaction. It grows with the hubs of the graph and with writers that wait for each other's locks.",
        "s",
        median_and_p95("biorelay_graph_write_seconds"),
        width=8,
    ),
    Panel(
        "Documents in a transaction",
        "How many documents share one transaction. Near worker.batch: the graph is the narrow stage.",
        "short",
        (Query(f"sum(rate({QUERYABLE}[5m])) / sum(rate(biorelay_graph_write_seconds_count[5m]))", "documents"),),
        width=8,
        decimals=1,
        runbook="BiorelayLagGrowing",
    ),
    Panel(
        "Deadlocks",
        "Transactions, a second, that met another writer's and were tried again at once. With one writer none.",
        "suffix: retries/s",
        (Query("sum(rate(biorelay_graph_deadlocks_total[5m]))", "deadlocks"),),
        width=8,
    ),
    Panel(
        "Waits",
        "Repeats of the last five minutes by code: away (graph.unavailable), refusing, out of memory, past its time.",
        "short",
        (Query('sum by (code) (increase(biorelay_retries_total{stage="graph"}[5m]))', "{{code}}"),),
        width=8,
        decimals=0,
        runbook="BiorelayGraphRefuses",
    ),
    Panel(
        "Share of time in writing",
        "Seconds of transactions a second, by worker. Near 1: this writer does nothing else.",
        "percentunit",
        (Query("sum by (instance) (rate(biorelay_graph_write_seconds_sum[$__rate_interval]))", "{{instance}}"),),
        width=8,
        most=1,
    ),
    Panel(
        "Retractions",
        "Records of the last hour that retract an article, by who says so: its own record, a notice, a list. Replays count again.",
        "short",
        (Query("sum by (by) (increase(biorelay_retractions_total[1h]))", "{{by}}"),),
        width=8,
        decimals=0,
    ),
)

QUESTIONS = (
    Panel(
        "Questions watched",
        "Standing questions that each worker watches. All workers should say the same; one that differs is behind its topic.",
        "short",
        (Query("max(biorelay_questions)", "most"), Query("min(biorelay_questions)", "fewest")),
        width=6,
        decimals=0,
    ),
    Panel(
        "Answers told",
        "Messages on the discoveries topic, a second: answers that an abstract completed, broke or changed.",
        "suffix: messages/s",
        (Query(rate("biorelay_discoveries_total", "kind"), "{{kind}}"),),
        width=6,
        stacked=True,
    ),
    Panel(
        "Time for questions",
        "What the questions take of one batch's transaction, beside the graph write. It grows with the answers that move.",
        "s",
        median_and_p95("biorelay_watch_seconds"),
        width=6,
    ),
    Panel(
        "Graph write to message",
        "From the graph write that completed or broke an answer until its message was on the topic. Over a second: a long outbox.",
        "s",
        median_and_p95("biorelay_discovery_delay_seconds"),
        width=6,
    ),
)

GRAPH = Dashboard(
    "graph",
    "graph",
    "What the graph's transactions take, what holds them up, and the standing questions that they answer.",
    (Row("Writing", WRITING), Row("Standing questions", QUESTIONS)),
)
