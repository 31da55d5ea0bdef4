"""Sections of docs/discovery-results.md about what came later, about chance, and about Swanson's pairs."""

from collections.abc import Mapping
from typing import Any

from graphstore.measures import Measure

KEYS = {"auc": "ROC-AUC", "ap": "average precision", "p@10": "P@10", "p@100": "P@100", "p@1000": "P@1000"}
MEASURES = {str(measure) for measure in Measure}


def text(*parts: str) -> str:
    """One paragraph of the parts."""
    return " ".join(parts)


def trials(result: Mapping[str, Any]) -> list[str]:
    """The time-sliced and held-out trials, each with its table."""
    lines = [
        "## Does it find what came later?",
        "",
        text(
            "A network is built of the older documents (the first 70 % in the order of their PMIDs); candidates are the pairs of its",
            "entities that no older document relates, of types that are related elsewhere, within two (or three) steps; a candidate",
            "came true when a newer document relates it. Each measure of the graph's questions (`graphstore/measures.py`) ranks the",
            "candidates, beside baselines: random, the product of both degrees, and *co-occurrence*, the older documents that name",
            "both without relating them. *three steps* counts paths of three steps with hubs damped. Measures of common neighbours",
            "say nothing of pairs without one; those are tied at the end. *gnn* is link prediction by a graph neural network",
            "(`models/training/links`), with and without the text vectors of the names. Intervals draw entities (each pair",
            "with its rarer end) with replacement. What is true but not yet written counts as wrong here, so precision is a lower bound.",
        ),
        "",
        "![Area under the ROC curve by trial and scorer](img/discovery-trials.png)",
        "",
        "In short, by average precision:",
        "",
        "| trial | best measure of the questions | best baseline or model | random |",
        "| --- | --- | --- | ---: |",
        *(_short(name, trial["scorers"]) for name, trial in result.items()),
    ]
    for name, trial in result.items():
        lines += ["", f"### {name[0].upper()}{name[1:]}", "", _made(trial), "", *_table(trial)]
    return lines


def _short(name: str, scorers: Mapping[str, Any]) -> str:
    def best(of: set[str]) -> str:
        found = max(of, key=lambda scorer: (scorers[scorer]["ap"][0], scorer))
        return f"{_name(found)} {_figure(scorers[found]['ap'])}"

    others = scorers.keys() - MEASURES - {"random"}
    return f"| {name} | {best(scorers.keys() & MEASURES)} | {best(others)} | {scorers['random']['ap'][0]:.3f} |"


def _made(trial: Mapping[str, Any]) -> str:
    steps = trial["steps_apart"].items()
    apart = ", ".join(
        f"{count:,} at {number} steps" if number.isdecimal() else f"{count:,} farther or not at all" for number, count in steps
    )
    if trial["kind"] == "by time":
        newer = trial["documents"] - trial["older"]
        how = f"{trial['older']:,} older and {newer:,} newer documents, from PMID {trial['first_newer_pmid']} on."
    else:
        how = (
            f"{trial['held_out']:,} edges (a fifth) held out at random: nothing has a date, so this asks for gaps, not for what came later."
        )
    return text(
        how,
        f"The network has {trial['entities']:,} entities and {trial['edges']:,} edges. {trial['between_known_and_not_joined']:,}",
        f"relations between its entities came new, joined before by paths: {apart}.",
        f"Of {trial['candidates']:,} candidates within {trial['hops']} steps {trial['came_true']:,} came true",
        f"({100 * trial['base_rate']:.2f} %: what random ranking gets as precision).",
    )


def _table(trial: Mapping[str, Any]) -> list[str]:
    scorers = trial["scorers"]
    keys = [key for key in KEYS if key in next(iter(scorers.values()))]
    ranked = sorted(scorers, key=lambda name: -scorers[name]["ap"][0])
    return [
        f"| ranked by | {' | '.join(KEYS[key] for key in keys)} |",
        f"| --- |{' ---: |' * len(keys)}",
        *(f"| {_name(name)} | {' | '.join(_figure(scorers[name][key]) for key in keys)} |" for name in ranked),
    ]


def _name(name: str) -> str:
    return f"`{name}`" if name in MEASURES else f"*{name}*"


def _figure(figure: list[float]) -> str:
    value, low, high = figure
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"


def significance(result: Mapping[str, Any]) -> list[str]:
    """The first findings of each measure against permuted networks."""
    measures = result["measures"]
    return [
        "## More than chance?",
        "",
        text(
            f"All extracted relations make one network; the first {result['top']} of its {result['candidates']:,} open pairs (two steps",
            f"apart, not joined) by each measure, against {result['permutations']} networks in which every entity keeps how many edges it",
            "has towards each type (XSwap). *p* asks of a pair: how often does it score as high there? *q* is p after Benjamini and",
            "Hochberg over the findings shown, which passes over that they were picked as the best. The *list's* rate does not: it is how",
            f"many open pairs of a permuted network ({result['pooled']} of them) score as high as the last of the list, over how many do",
            "so here.",
        ),
        "",
        f"| first {result['top']} by | p < 0.05 | q < 0.05 | part of the list with FDR < 0.05 | FDR of the whole list |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(_chances(name, of) for name, of in measures.items()),
        "",
        text(
            "The first five of each, with what `biorelay graph verify` says of the pair after a search of all abstracts under the data",
            "folder by names (at most five read for a pair); a pair that the extraction related would not be open, so *supported* is what",
            "it overlooked:",
        ),
        "",
        "| measure | findings, with p and verdict |",
        "| --- | --- |",
        *(f"| `{name}` | {'; '.join(map(_finding, of['first'][:5]))} |" for name, of in measures.items()),
    ]


def _chances(name: str, of: Mapping[str, Any]) -> str:
    shares = [f"{100 * of[key]:.0f} %" for key in ("p_below", "q_below", "list_fdr_below")]
    return f"| `{name}` | {' | '.join(shares)} | {of['list_fdr']:.3f} |"


def _finding(row: Mapping[str, Any]) -> str:
    return f"{_cell(row['a_name'])} – {_cell(row['c_name'])} ({row['p']:.3f}, {row['verdict']})"


def cases(result: Mapping[str, Any]) -> list[str]:
    """Swanson's two pairs."""
    lines = [
        "## The classic check: Swanson's pairs",
        "",
        text(
            "Swanson joined fish oil with Raynaud's disease (1986) and magnesium with migraine (1988) by what papers say of each that",
            "do not name the other. Is that pattern in the abstracts under the data folder? First by words alone, then on the graph of",
            "the extracted relations, from which every document that names both is taken away.",
        ),
    ]
    for name, case in result.items():
        lines += ["", f"### {name[0].upper()}{name[1:]}", "", *_words(name, case["texts"]), "", *_worked(name, case["graph"])]
    return lines


def _words(name: str, texts: Mapping[str, Any]) -> list[str]:
    a, c = name.split(" - ")
    whole = sum(min(link["with_a"], link["with_c"]) > 0 for link in texts["links"].values())
    return [
        text(
            f"Of {texts['texts']:,} abstracts {texts['a']:,} name {a}, {texts['c']:,} {c}, {texts['both']:,} both. Of Swanson's",
            f"{len(texts['links'])} links {whole} are named with each end in abstracts that do not name the other:",
        ),
        "",
        f"| link | with {a} | with {c} |",
        "| --- | ---: | ---: |",
        *(f"| {link} | {of['with_a']} | {of['with_c']} |" for link, of in texts["links"].items()),
    ]


def _worked(name: str, graph: Mapping[str, Any]) -> list[str]:
    if not graph["supported"]:
        return [
            text(
                "**Not supported:** nothing joins the two on the graph, and no link of Swanson's stands in both literatures here. The",
                "abstracts are too few and of other fields; the pattern cannot be shown on them.",
            )
        ]
    a, c = graph["a"]["name"], graph["c"]["name"]
    among = max(of["of"] for of in graph["ranks"].values())
    ranks = ", ".join(f"{of['rank']} by `{measure}`" for measure, of in graph["ranks"].items())
    taken = ", ".join(f"PMID {pmid}" for pmid in graph["named_together"])
    lines = [
        text(
            f"**Supported in part.** Without the {len(graph['named_together'])} documents that relate both ends to anything ({taken}),",
            f"{len(graph['links'])} entities still join {a} ({graph['a']['id']}) and {c} ({graph['c']['id']}). Among the {among} entities",
            f"of its type that are two steps from {a} and not joined to it, {c} has rank {ranks}.",
            "A name is the identifier's; the sentence shows what the paper calls it. Probabilities are the model's, and most of the first",
            "steps are weak: sentences that list or compare drugs.",
        ),
        "",
        "| link | its relations | what is said of the first end | what is said of the second end |",
        "| --- | ---: | --- | --- |",
    ]
    lines += [f"| {_cell(link['name'])} | {link['degree']} | {_said(link['a'])} | {_said(link['c'])} |" for link in graph["links"]]
    lines.append("")
    if graph["stated_together"]:
        lines.append(f"What was taken away states it outright: {_said(graph['stated_together'])}")
    else:
        lines.append("No document that was taken away states it outright.")
    return lines


def _said(rows: list[Mapping[str, Any]]) -> str:
    row = rows[0]
    words = str(row["sentence"])
    shown = words if len(words) <= 240 else f"{words[:240].rsplit(' ', 1)[0]} …"
    return f"{row['predicate']}, {row['probability']:.2f}: “{_cell(shown)}” PMID {row['pmid']}"


def _cell(words: str) -> str:
    """Text of a paper inside a table."""
    return words.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;").replace("\n", " ")
