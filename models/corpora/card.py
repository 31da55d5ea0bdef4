"""The vocabulary's card: what it holds, from where, under which licences, and how far its links can be trusted; from its manifest alone."""

from collections.abc import Iterator, Mapping
from typing import Any

FILE = "DATA_CARD.md"


def card(manifest: Mapping[str, Any]) -> str:
    """The card as Markdown."""
    return "\n".join(_lines(manifest)) + "\n"


def _lines(manifest: Mapping[str, Any]) -> Iterator[str]:
    size = sum(facts["bytes"] for facts in manifest["files"].values())
    counts = manifest["counts"]
    yield f"# {manifest['name']}@{manifest['version']}"
    yield ""
    yield f"{counts['identifiers']:,} identifiers, {counts['records']:,} records, {size / 1e6:.1f} MB, memory-mapped. Written by"
    yield "`biorelay models build-vocabulary` from its manifest; same sources, same bytes."
    yield ""
    yield "| type | names |"
    yield "| --- | ---: |"
    yield from (f"| {kind} | {number:,} |" for kind, number in counts["names"].items())
    yield ""
    yield "## Sources"
    yield ""
    yield "No document of a dev or test part of any corpus gives a name, by PMID or by text; *removed* are those that were left out for it."
    yield ""
    yield "| source | licence | credit | documents | removed |"
    yield "| --- | --- | --- | ---: | ---: |"
    for source in manifest["sources"]:
        numbers = [f"{source[name]:,}" if name in source else "" for name in ("documents", "removed")]
        yield f"| {source['name']} | {source['licence']} | {source['credit']} | {numbers[0]} | {numbers[1]} |"
    yield ""
    yield "## Probabilities of links"
    yield ""
    yield "Fitted and measured on mentions of training documents whose names the vocabulary did not know at that time, cross-fitted by"
    yield "document. A link below its type's threshold is not made. *ECE*: expected calibration error over ten bins."
    yield ""
    yield "| type | gold mentions | matched | of these right | threshold | ECE | Brier score |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for kind, fitted in manifest["links"].items():
        held_out = fitted["held_out"]
        yield (
            f"| {kind} | {held_out['mentions']:,} | {held_out['matched']:,} | {held_out['right']:.1%} | {fitted['threshold']:.2f} | "
            f"{held_out['ece']:.3f} | {held_out['brier']:.3f} |"
        )
