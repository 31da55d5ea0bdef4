"""The explorer: what readers ask, how soon they are answered, what is refused."""

from deploy.dashboards.panel import Dashboard, Panel, Query, Row
from deploy.dashboards.queries import median_and_p95, rate

REQUESTS = "biorelay_explorer_requests_total"

ANSWERS = (
    Panel(
        "Requests",
        "Requests answered, a second, by class of the status. 4xx: the client asked wrongly; 5xx: the service lacks what it needs.",
        "reqps",
        (Query(rate(REQUESTS, "status"), "{{status}}"),),
        stacked=True,
        runbook="BiorelayExplorerDown",
    ),
    Panel(
        "Time to answer",
        "Time until an answer began, by route. Open discovery and ways around hubs are the slow ones.",
        "s",
        median_and_p95("biorelay_explorer_request_seconds", "route"),
    ),
    Panel(
        "Requests by route",
        "What is asked, a second. The assets are the page itself.",
        "reqps",
        (Query(rate(REQUESTS, "route, method"), "{{method}} {{route}}"),),
        stacked=True,
    ),
    Panel(
        "Limits met",
        "Times in the last hour that a request met a limit, by the setting that has it: docs/explorer.md tells what happens then.",
        "short",
        (Query("sum by (limit) (increase(biorelay_explorer_limits_total[1h]))", "{{limit}}"),),
        decimals=0,
    ),
)

PROCESS = (
    Panel(
        "At work for clients",
        "Abstracts that the model reads now, and clients that wait for discoveries; both are bounded by settings.",
        "short",
        (
            Query("sum(biorelay_explorer_extractions)", "abstracts read"),
            Query("sum(biorelay_explorer_listeners)", "listeners"),
        ),
        width=8,
        decimals=0,
    ),
    Panel(
        "Age of the explorers",
        "Seconds since each explorer started. One that falls to nothing again and again dies soon after its start.",
        "s",
        (Query("time() - biorelay_explorer_start_time_seconds", "{{instance}}"),),
        width=8,
        runbook="BiorelayExplorerDown",
    ),
    Panel(
        "Explorers",
        "What each explorer runs, and which graph engine it reads.",
        "string",
        (Query("biorelay_explorer_info", "{{software}}"),),
        kind="table",
        width=8,
    ),
)

EXPLORER = Dashboard(
    "explorer",
    "explorer",
    "What readers ask, how soon they are answered, what is refused.",
    (Row("Answers", ANSWERS), Row("Processes", PROCESS)),
)
