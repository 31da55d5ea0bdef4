"""Models and drift: what inference takes, and whether what is found changes."""

from deploy.dashboards.panel import Dashboard, Panel, Query, Row
from deploy.dashboards.queries import CLASSIFIED, DOCUMENTS, median_and_p95, share

RECOGNISED = f'{DOCUMENTS}{{stage="ner", outcome="ok"}}'

TIME = (
    Panel(
        "Inference",
        "Model time of one document, linking included. It follows the length of the texts and the load of the machine.",
        "s",
        median_and_p95("biorelay_inference_seconds", "stage"),
        width=8,
    ),
    Panel(
        "Encoding and linking",
        "Mean time of one document in the encoder and in the linker; what is left of the inference is parsing, pairs and writing.",
        "s",
        (
            Query(
                f"sum by (step) (rate(biorelay_step_seconds_total[5m])) / ignoring (step) group_left () sum(rate({RECOGNISED}[5m]))",
                "{{step}}",
            ),
        ),
        width=8,
        stacked=True,
    ),
    Panel(
        "Cores in inference",
        "Seconds of model time a second: how many cores the models keep busy. At the number of threads, add workers.",
        "suffix: cores",
        (Query("sum by (stage) (rate(biorelay_inference_seconds_sum[$__rate_interval]))", "{{stage}}"),),
        width=8,
        stacked=True,
        runbook="BiorelayLagGrowing",
    ),
)

WORK = (
    Panel(
        "Tokens",
        "Tokens that the encoder read, a second; more of them at equal documents: longer texts.",
        "suffix: tokens/s",
        (Query("sum(rate(biorelay_tokens_total[$__rate_interval]))", "tokens"),),
        width=6,
    ),
    Panel(
        "Windows in a batch",
        "How many windows of texts are computed at once. On a CPU one; on a GPU few of them mean that it waits for work.",
        "short",
        (Query(share("biorelay_windows_total", "biorelay_batches_total"), "windows"),),
        width=6,
        decimals=1,
    ),
    Panel(
        "Padding",
        "Share of what the encoder computed that was padding. Nothing on a CPU; on a GPU above a third: texts of very unequal length.",
        "percentunit",
        (Query(f"1 - {share('biorelay_tokens_total', 'biorelay_computed_tokens_total')}", "padding"),),
        width=6,
        most=1,
    ),
    Panel(
        "Cache hits",
        "Share of look-ups that a cache answered. Encodings near a half: each text is encoded once for entities and relations.",
        "percentunit",
        (
            Query(
                share('biorelay_cache_lookups_total{result="hit"}', "biorelay_cache_lookups_total", by="cache"),
                "{{cache}}",
            ),
        ),
        width=6,
        most=1,
    ),
)

DRIFT = (
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
        decimals=0,
        runbook="BiorelayRelationsDrift",
    ),
    Panel(
        "Unlinked mentions",
        "Share of the mentions, by type, that the vocabulary does not know. It rises with new names, other texts, an old vocabulary.",
        "percentunit",
        (
            Query(
                share('biorelay_mentions_total{linked="no"}', "biorelay_mentions_total", "1h", by="type"),
                "{{type}}",
            ),
        ),
        most=1,
        runbook="BiorelayUnlinkedDrift",
    ),
    Panel(
        "How sure the model is",
        "Quartiles of the probability of the relations found in the last hour. Falling: texts unlike those that it learned from.",
        "percentunit",
        tuple(
            Query(
                f"histogram_quantile({at}, sum by (le) (rate(biorelay_relation_probability_bucket[1h])))",
                name,
            )
            for at, name in ((0.25, "lower quartile"), (0.5, "median"), (0.75, "upper quartile"))
        ),
        most=1,
        runbook="BiorelayRelationsDrift",
    ),
    Panel(
        "Found apart from the shadow model",
        "Share of the mentions and relations that only one of two models found, on the sample of worker.shadow_share; empty without one.",
        "percentunit",
        (
            Query(
                share('biorelay_shadow_findings_total{found!="both"}', "biorelay_shadow_findings_total", "1h", by="what"),
                "{{what}}",
            ),
        ),
        most=1,
        runbook="BiorelayShadowDisagrees",
    ),
)

RUNNING = (
    Panel(
        "Models",
        "What each worker runs, and on what. Two generations at once are normal only while a new one is rolled out.",
        "string",
        (Query("biorelay_model_info", "{{model}}"), Query("biorelay_provider", "{{provider}}")),
        kind="table",
    ),
    Panel(
        "Vocabularies",
        "The vocabulary that each worker links with; after a new one, biorelay relink brings the graph to it.",
        "string",
        (Query("biorelay_vocabulary_info", "{{vocabulary}}"),),
        kind="table",
    ),
)

MODELS = Dashboard(
    "models",
    "models and drift",
    "What inference takes, how well batches and caches do, and whether what is found changes.",
    (Row("Time by step", TIME), Row("Work", WORK), Row("Drift", DRIFT), Row("What runs", RUNNING)),
    span="6h",
)
