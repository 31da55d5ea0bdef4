"""An end-to-end result as Markdown."""

from collections.abc import Iterator, Mapping
from typing import Any

from models.evaluation.end_to_end import relations, spans
from models.evaluation.end_to_end.report import AS_CUT, BASELINES, SCHEMA
from models.evaluation.reliability import AFTER, BEFORE

_TOTALS = (spans.ALL, relations.PAIR, relations.TYPED, relations.NOVELTY, relations.ALL)


def markdown(result: Mapping[str, Any]) -> str:
    """Tables of scores, calibration, confusions and mistakes with examples; figures in percent."""
    return "\n".join(_lines(result))


def is_result(result: Any) -> bool:
    """Whether this was a result of this schema before it was JSON."""
    return isinstance(result, dict) and result.get("schema") == SCHEMA


def _lines(result: Mapping[str, Any]) -> Iterator[str]:
    yield f"{result['gold']}: {result['documents']} documents, {result['model']}, {result['vocabulary']}"
    yield from ("", *(f"- {notice}" for notice in result["notices"])) if result["notices"] else ()
    for part, systems in result["scores"].items():
        yield ""
        yield f"**{part}**"
        yield ""
        yield "| system | which | P | R | F1 | 95 % | gold |"
        yield "| --- | --- | ---: | ---: | ---: | --- | ---: |"
        for system, figures in systems.items():
            for which, report in figures.items():
                judged = report["tp"] + report["fp"] + report["fn"]
                if judged and (which in _TOTALS or not (system in BASELINES or part.endswith(AS_CUT))):
                    yield f"| {system} | {which} | {_figures(report)} | {report['tp'] + report['fn']} |"
    if result["labels_of_pairs"]:
        labels = result["labels_of_pairs"]
        yield ""
        yield f"**labels of candidate pairs between gold entities** ({labels['pairs']}, of which {labels['related']} are related)"
        yield ""
        yield "| system | accuracy | MCC | AUC of any relation |"
        yield "| --- | ---: | ---: | ---: |"
        for system, figures in labels["systems"].items():
            yield f"| {system} | {figures['accuracy']:.1f} | {figures['mcc']:.1f} | {figures['auc']:.1f} |"
    yield ""
    yield "**calibration error** (probabilities against being right, percent)"
    yield ""
    yield "| probabilities of | n | before calibration | after | 95 % |"
    yield "| --- | ---: | ---: | ---: | --- |"
    for what, curves in result["calibration"].items():
        before, after = curves[BEFORE], curves[AFTER]
        yield f"| {what} | {after['n']} | {before['error']:.1f} | {after['error']:.1f} | {_range(after['error_95'])} |"
    for what, table in result["confusion"].items():
        yield ""
        yield f"**{what}: gold by row, found by column**"
        yield ""
        yield f"| | {' | '.join(table['names'])} |"
        yield f"| --- |{' ---: |' * len(table['names'])}"
        for name, row in zip(table["names"], table["counts"], strict=True):
            yield f"| {name} | {' | '.join(map(str, row))} |"
    for part, categories in result["mistakes"].items():
        yield ""
        yield f"**mistakes: {part}**"
        yield ""
        yield "| category | missed | false |"
        yield "| --- | ---: | ---: |"
        for category, those in categories.items():
            yield f"| {category} | {those['missed']} | {those['false']} |"
        for category, those in categories.items():
            yield ""
            yield f"{category}:"
            for example in those["examples"]:
                gold, found = (f"{side} {example[side]}" if example[side] else f"{side} nothing" for side in ("gold", "found"))
                yield f"- {example['document']}: {gold}; {found}. {example['text']}"


def _figures(report: Mapping[str, Any]) -> str:
    return f"{report['precision']:.1f} | {report['recall']:.1f} | {report['f1']:.1f} | {_range(report['f1_95'])}"


def _range(interval: list[float]) -> str:
    return f"{interval[0]:.1f} to {interval[1]:.1f}"
