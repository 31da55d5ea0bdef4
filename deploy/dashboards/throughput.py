"""The throughput dashboard: every panel with its unit and a sentence that says what a rise or a fall means.

The metrics are those of ``stream/metrics.py``; docs/operations.md tells what to do about them.
"""

from deploy.dashboards.panel import Panel, Query, Row


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


DOCUMENTS = "biorelay_documents_total"
SETTLED = f'{DOCUMENTS}{{stage="graph", outcome!="dead-letter"}}'

ROWS = (
    Row(
        "Now",
        (
            Panel(
                "Queryable",
                "Documents that reached the graph, a second. Zero with lag means that something stands still.",
                "suffix: docs/s",
                (Query(f"sum(rate({SETTLED}[$__rate_interval]))", "queryable"),),
                kind="stat",
                width=4,
                height=5,
                decimals=1,
            ),
            Panel(
                "Lag",
                "Age of the oldest document that a stage has not settled, for the stage that is furthest behind.",
                "s",
                (Query("max(biorelay_lag_seconds)", "lag"),),
                kind="stat",
                width=4,
                height=5,
                decimals=1,
                warn=60,
                alarm=600,
            ),
            Panel(
                "Freshness, p95",
                "From publication until the graph answers with the document, for 95 of 100 documents of the last minutes.",
                "s",
                (Query(quantile(0.95, "biorelay_publish_to_queryable_seconds"), "p95"),),
                kind="stat",
                width=4,
                height=5,
                decimals=1,
                warn=60,
                alarm=600,
            ),
            Panel(
                "Dead letters, last hour",
                "Messages set aside in the last hour. Each waits for a person: biorelay dead-letters list.",
                "short",
                (Query(f'sum(increase({DOCUMENTS}{{outcome="dead-letter"}}[1h]))', "dead letters"),),
                kind="stat",
                width=4,
                height=5,
                decimals=0,
                warn=1,
                alarm=100,
            ),
            Panel(
                "Stages that wait",
                "Stages whose neighbour (broker, graph) is away. They go on by themselves when it comes back; nothing is lost.",
                "short",
                (Query("sum(biorelay_waiting)", "waiting"),),
                kind="stat",
                width=4,
                height=5,
                decimals=0,
                warn=1,
            ),
            Panel(
                "Workers",
                "Worker processes that were scraped.",
                "short",
                (Query("count(count by (instance) (biorelay_commit_age_seconds))", "workers"),),
                kind="stat",
                width=4,
                height=5,
                decimals=0,
            ),
        ),
    ),
    Row(
        "Throughput",
        (
            Panel(
                "Documents by stage",
                "Documents that each stage settled well, a second. In step when all is well; the first that is lower holds up the rest.",
                "suffix: docs/s",
                (Query(rate(f'{DOCUMENTS}{{outcome="ok"}}', "stage"), "{{stage}}"),),
            ),
            Panel(
                "Other outcomes",
                "Documents that ended otherwise, a second: deleted (tombstones), failed (empty, after a dead letter), dead-letter.",
                "suffix: docs/s",
                (Query(rate(f'{DOCUMENTS}{{outcome!="ok"}}', "stage, outcome"), "{{stage}}: {{outcome}}"),),
            ),
            Panel(
                "Relations by type",
                "Relations found, a second, by predicate.",
                "suffix: relations/s",
                (Query(rate("biorelay_relations_total", "predicate"), "{{predicate}}"),),
                width=8,
                stacked=True,
            ),
            Panel(
                "Relations per document",
                "Relations by predicate over documents classified, in the last five minutes. A step means other texts or another model.",
                "short",
                (
                    Query(
                        "sum by (predicate) (rate(biorelay_relations_total[5m])) / ignoring (predicate) group_left ()"
                        f' sum(rate({DOCUMENTS}{{stage="relations", outcome="ok"}}[5m]))',
                        "{{predicate}}",
                    ),
                ),
                width=8,
                decimals=2,
            ),
            Panel(
                "Retractions",
                "Records of the last hour that retract an article, by who says so: its own record, a notice, a list. Replays count again.",
                "short",
                (Query("sum by (by) (increase(biorelay_retractions_total[1h]))", "{{by}}"),),
                width=8,
                decimals=0,
            ),
        ),
    ),
    Row(
        "Lag and freshness",
        (
            Panel(
                "Lag in seconds",
                "Age of the oldest document that the stage has not settled. Rising without end: too few workers, or a stage that waits.",
                "s",
                (Query("max by (stage) (biorelay_lag_seconds)", "{{stage}}"),),
            ),
            Panel(
                "Publish to queryable",
                "From publication until the graph answers with the document: what a reader waits for.",
                "s",
                median_and_p95("biorelay_publish_to_queryable_seconds"),
            ),
            Panel(
                "Lag in messages",
                "Messages that the stage's consumer group has not committed. An upper bound: compacted messages are counted.",
                "short",
                (Query("max by (stage) (biorelay_lag_messages)", "{{stage}}"),),
            ),
            Panel(
                "Age of the last commit",
                "Seconds for which a partition had something to commit and did not. Above a minute with lag: the stage is stuck.",
                "s",
                (Query("max by (stage) (biorelay_commit_age_seconds)", "{{stage}}"),),
            ),
        ),
    ),
    Row(
        "Time by step",
        (
            Panel(
                "Inference",
                "Model time of one document. It follows the length of the texts and the load of the machine.",
                "s",
                median_and_p95("biorelay_inference_seconds", "stage"),
                width=8,
            ),
            Panel(
                "Graph write",
                "One batch's transaction. It grows with the hubs of the graph and with writers that wait for each other's locks.",
                "s",
                median_and_p95("biorelay_graph_write_seconds"),
                width=8,
            ),
            Panel(
                "Cores in inference",
                "Seconds of model time a second: how many cores the models keep busy. At the number of threads, add workers.",
                "suffix: cores",
                (Query("sum by (stage) (rate(biorelay_inference_seconds_sum[$__rate_interval]))", "{{stage}}"),),
                width=8,
                stacked=True,
            ),
        ),
    ),
    Row(
        "Standing questions",
        (
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
        ),
    ),
    Row(
        "Trouble",
        (
            Panel(
                "Dead letters by reason",
                "Messages set aside since the workers started, by stage and code: biorelay dead-letters show tells more of each.",
                "short",
                (Query("sum by (stage, code) (biorelay_dead_letters_total)", "{{stage}}: {{code}}"),),
                width=8,
                decimals=0,
            ),
            Panel(
                "Waits for a neighbour",
                "Repeats since the workers started, by stage and code, while the broker or the graph was away or in conflict.",
                "short",
                (Query("sum by (stage, code) (biorelay_retries_total)", "{{stage}}: {{code}}"),),
                width=8,
                decimals=0,
            ),
            Panel(
                "Limits met",
                "Times in the last hour that a limit was met, by the setting that has it: docs/limits.md tells what happens then.",
                "short",
                (Query("sum by (limit) (increase(biorelay_limits_total[1h]))", "{{limit}}"),),
                width=8,
                decimals=0,
            ),
            Panel(
                "Age of the workers",
                "Seconds since each worker started. One that falls to nothing again and again dies soon after its start.",
                "s",
                (Query("time() - biorelay_start_time_seconds", "{{instance}}"),),
                width=8,
            ),
            Panel(
                "Models",
                "What each worker runs, and on what. Two generations at once are normal only while a new one is rolled out.",
                "string",
                (Query("biorelay_model_info", "{{model}}"), Query("biorelay_provider", "{{provider}}")),
                kind="table",
                width=8,
            ),
        ),
    ),
)
