"""How `biorelay graph verify` judges pairs that experts have judged, and how fast it searches.

EU-ADR: the pairs of its sentences by their concepts. What one sentence states (PA) should be supported, what is only denied (NA)
contradicted, what is only supposed (SA) or not related (FA) co-mentioned; a pair that sentences judge differently is left out.
BioRED dev: related pairs of identifiers should be supported; pairs of the types that BioRED annotates which one abstract names and none
relates, co-mentioned. Beside each table stands what calling every co-mentioned pair supported would be worth. Intervals: 95 %,
percentile bootstrap over documents.

python -m benchmarks.bench_verify --data FOLDER [--out JSON]
"""

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import describe
from biorelay.demo import samples
from biorelay.extractor import Extractor
from biorelay.sought import Sought, sought, writings
from biorelay.verifying import Pair, Search, Verdict, Verified
from models.corpora.relations.entities import BIORED
from models.corpora.relations.euadr import Association, association, read_euadr
from models.evaluation.linking_sets import LINKING_SETS
from models.evaluation.statistics import Floats, bootstrap
from processors.records import Abstract, EntityType, Section
from processors.searching import Searcher
from processors.sources.pubtator import AnnotatedDocument
from processors.vocabulary import Vocabulary

RESULTS = Path(__file__).parent / "results" / "verify.json"
PAGE = Path(__file__).parents[1] / "docs" / "verify.md"
BEGIN, END = "<!-- figures: written by benchmarks.bench_verify -->", "<!-- end of figures -->"
SCHEMA = "biorelay.verify-evaluation/1"
EUADR_GOLD = {
    Association.POSITIVE: "stated",
    Association.NEGATIVE: "denied",
    Association.SPECULATIVE: "supposed",
    Association.FALSE: "not related",
}
SURE = 0.4
"""A confidence from which on a verdict is called sure: by one paper, a probability of 0.57."""
WANTED = {
    "stated": Verdict.SUPPORTED,
    "related": Verdict.SUPPORTED,
    "denied": Verdict.CONTRADICTED,
    "supposed": Verdict.CO_MENTIONED,
    "not related": Verdict.CO_MENTIONED,
}

Gold = dict[Pair, tuple[str, str]]
"""By pair: its class, and the first document that has it, for the bootstrap."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of corpora")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    machine = describe(("onnxruntime", "numpy", "marisa-trie"))
    vocabulary, extractor = Vocabulary.open(), Extractor.load()
    result: dict[str, Any] = {"schema": SCHEMA, "machine": machine, "model": extractor.provenance.model, "vocabulary": vocabulary.version}
    result["eu-adr"] = judged(*euadr(options.data, vocabulary), extractor, vocabulary)
    documents = LINKING_SETS[0].read(options.data)
    result["biored/dev"] = judged(*biored(documents, vocabulary), extractor, vocabulary)
    result["search"] = {"recall": recall(documents, vocabulary), **speed(vocabulary)}
    options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(table(result))
    if options.out == RESULTS:
        PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), result), encoding="utf-8")


def page(text: str, result: Mapping[str, Any]) -> str:
    """docs/verify.md with the figures of a result."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n\n{table(result)}\n{END}{rest.split(END)[1]}"


def euadr(data: Path, vocabulary: Vocabulary) -> tuple[list[Abstract], Gold, dict[str, int]]:
    """The sentences of each abstract as one document, and the judged pairs by concept. Raises `CorpusMissing`."""
    sentences: dict[str, dict[str, None]] = defaultdict(dict)
    classes: dict[Pair, set[Association]] = defaultdict(set)
    first: dict[Pair, str] = {}
    alike = 0
    known: dict[tuple[str, EntityType], Sought] = {}
    for row in read_euadr(data):
        sentences[row.document][row.text] = None
        ends = []
        for end in (row.head, row.tail):
            text = row.text[slice(*end.spans[0])]
            key = (text.casefold(), end.type)
            known[key] = known.get(key) or sought(text, vocabulary, kinds=(end.type,))
            ends.append(known[key])
        pair = Pair(*sorted(ends, key=lambda one: (one.id, one.name)))
        if pair.a == pair.c:
            alike += 1
            continue
        classes[pair].add(association(row))
        first.setdefault(pair, row.document)
    gold = {pair: (EUADR_GOLD[next(iter(found))], first[pair]) for pair, found in classes.items() if len(found) == 1}
    left_out = {"judged differently": len(classes) - len(gold), "both ends one concept": alike}
    return [_document(number, list(found)) for number, found in sentences.items()], gold, left_out


def _document(number: str, sentences: Sequence[str]) -> Abstract:
    return Abstract(id=f"pubmed:{number}", title=sentences[0], sections=(Section(text=" ".join(sentences[1:])),))


def biored(documents: Iterable[AnnotatedDocument], vocabulary: Vocabulary) -> tuple[list[Abstract], Gold, dict[str, int]]:
    """The abstracts, and all pairs of linked concepts of types that BioRED relates, which one abstract names together."""
    types = {frozenset(pair) for pair in BIORED}
    related: dict[Pair, str] = {}
    together: dict[Pair, str] = {}
    texts = []
    for document in documents:
        texts.append(document.abstract)
        concepts = _concepts(document, vocabulary)
        stated = {frozenset((one.subject, one.object)) for one in document.relations}
        for (raw, one), (other_raw, other) in combinations(concepts.items(), 2):
            if one == other or frozenset((one.type, other.type)) not in types:
                continue
            pair = Pair(*sorted((one, other), key=lambda end: end.id))
            together.setdefault(pair, document.abstract.id)
            if frozenset((raw, other_raw)) in stated:
                related.setdefault(pair, document.abstract.id)
    gold = {pair: ("related", related[pair]) if pair in related else ("not related", at) for pair, at in together.items()}
    return texts, gold, {}


def _concepts(document: AnnotatedDocument, vocabulary: Vocabulary) -> dict[str, Sought]:
    """By the corpus's identifier: what it is sought as; only what belongs to a database."""
    found: dict[str, Sought] = {}
    for mention in document.mentions:
        if mention.type is not None and len(mention.curies) == len(mention.identifiers):
            for raw, curie in zip(mention.identifiers, mention.curies, strict=True):
                id_ = vocabulary.canonical(curie)
                found.setdefault(raw, Sought(id_, vocabulary.name_of(id_) or mention.text, mention.type))
    return found


def judged(
    documents: Sequence[Abstract], gold: Gold, left_out: Mapping[str, int], extractor: Extractor, vocabulary: Vocabulary
) -> dict[str, Any]:
    """Verdicts by gold class, and how often `supported` is right."""
    search = Search(list(gold), vocabulary)
    for document in documents:
        search.look(document)
    found = dict(zip(gold, search.verdicts(extractor), strict=True))
    rows = [(class_, document, found[pair]) for pair, (class_, document) in gold.items()]
    return {
        "documents": len(documents),
        "pairs": len(rows),
        "left out": dict(left_out),
        "by class": {name: _class_row(rows, name) for name in WANTED if any(name == class_ for class_, _, _ in rows)},
        "supported that are": _precision(rows, lambda one: one.verdict is Verdict.SUPPORTED),
        "surely supported that are": _precision(rows, lambda one: one.verdict is Verdict.SUPPORTED and one.confidence >= SURE),
        "co-mentioned that are": _precision(rows, lambda one: one.verdict is not Verdict.UNSEEN),
    }


Rows = Sequence[tuple[str, str, Verified]]


def _class_row(rows: Rows, name: str) -> dict[str, Any]:
    own = [(document, found.verdict) for class_, document, found in rows if class_ == name]
    said = Counter(verdict for _, verdict in own)
    share, low, high = _share([(document, verdict is WANTED[name]) for document, verdict in own])
    return {
        "pairs": len(own),
        "wanted": WANTED[name].value,
        "as wanted": share,
        "as wanted 95": [low, high],
        **{verdict.value: said[verdict] for verdict in Verdict},
    }


def _precision(rows: Rows, chosen: Any) -> dict[str, Any]:
    """Of the chosen pairs: how many the experts call stated or related."""
    own = [(document, class_ in {"stated", "related"}) for class_, document, found in rows if chosen(found)]
    share, low, high = _share(own)
    return {"pairs": len(own), "truly stated": share, "truly stated 95": [low, high]}


def _share(hits: Sequence[tuple[str, bool]]) -> tuple[float, float, float]:
    """Percent of hits, with its interval over documents."""
    by_document: dict[str, list[int]] = {}
    for document, hit in hits:
        counts = by_document.setdefault(document, [0, 0])
        counts[0] += hit
        counts[1] += 1
    if not by_document:
        return 0.0, 0.0, 0.0
    found = bootstrap(list(by_document.values()), statistic=_ratio)
    return round(100 * found.value, 1), round(100 * found.low, 1), round(100 * found.high, 1)


def _ratio(sums: Floats) -> Floats:
    return np.asarray(sums[:, 0] / np.maximum(sums[:, 1], 1), dtype=np.float64)


def recall(documents: Iterable[AnnotatedDocument], vocabulary: Vocabulary) -> dict[str, Any]:
    """Of the concepts that BioRED's annotators found in an abstract: how many the search by names finds there."""
    named = {document.abstract.id: (document.abstract.text, set(_concepts(document, vocabulary).values())) for document in documents}
    found = writings({one for _, wanted in named.values() for one in wanted}, vocabulary)
    numbers = {one: str(number) for number, one in enumerate(found)}
    searcher = Searcher({numbers[one]: written.keys for one, written in found.items()})
    hits = []
    for id_, (text, wanted) in named.items():
        there = searcher.search(text).keys()
        hits += [(id_, numbers[one] in there) for one in wanted]
    share, low, high = _share(hits)
    return {"concepts": len(hits), "found": share, "found 95": [low, high]}


def speed(vocabulary: Vocabulary) -> dict[str, Any]:
    """CPU time of the search, for one pair and for a thousand, over the demonstration's 500 abstracts."""
    texts = samples(500)
    one = [Pair(sought("clonidine", vocabulary), sought("hypertension", vocabulary))]
    names = ("hypertension", "seizures", "pain", "breast cancer", "migraine", "depression", "asthma", "TP53", "BRCA1", "TNF")
    drugs = [s for s in (sought(name, vocabulary) for name in DRUGS) if s.id]
    many = [Pair(drug, sought(name, vocabulary)) for drug in drugs for name in names]
    result: dict[str, Any] = {}
    for name, pairs in (("one pair", one), (f"{len(many)} pairs", many)):
        began = time.process_time()
        search = Search(pairs, vocabulary)
        ready = time.process_time()
        for text in texts:
            search.look(text)
        done = time.process_time()
        result[name] = {"start_s": round(ready - began, 2), "documents_per_s": round(len(texts) / (done - ready))}
    return result


DRUGS = (
    *("aspirin", "clonidine", "captopril", "enalapril", "nifedipine", "verapamil", "lithium", "haloperidol", "morphine", "cocaine"),
    *("cisplatin", "doxorubicin", "tamoxifen", "warfarin", "heparin", "insulin", "metformin", "prednisone", "dexamethasone"),
    *("cyclosporine", "tacrolimus", "methotrexate", "ketamine", "propofol", "lidocaine", "caffeine"),
)


def table(result: Mapping[str, Any]) -> str:
    """The tables of docs/verify.md."""
    lines = []
    for name in ("eu-adr", "biored/dev"):
        part = result[name]
        lines += [
            f"{TITLES[name]}: {part['pairs']:,} pairs in {part['documents']:,} documents.",
            "",
            "| experts say | pairs | supported | contradicted | co-mentioned | unseen | as wanted, % [95 %] |",
            "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
        ]
        for class_, row in part["by class"].items():
            shares = " | ".join(f"**{row[v.value]:,}**" if v.value == row["wanted"] else f"{row[v.value]:,}" for v in Verdict)
            low, high = row["as wanted 95"]
            lines.append(f"| {class_} | {row['pairs']:,} | {shares} | {row['as wanted']} [{low} to {high}] |")
        said, sure, base = (part[f"{name} that are"] for name in ("supported", "surely supported", "co-mentioned"))
        worth = (
            f"Of {said['pairs']:,} pairs that are called supported, {_interval(said)} are stated by the experts' word;"
            f" of {sure['pairs']:,} with a confidence of {SURE} or more, {_interval(sure)};"
            f" of all {base['pairs']:,} that are seen together, {_interval(base)}."
        )
        lines += ["", worth, ""]
    search = result["search"]
    low, high = search["recall"]["found 95"]
    lines.append(
        f"The search by names finds {search['recall']['found']} % [{low} to {high}] of the {search['recall']['concepts']:,} concepts that"
        f" BioRED's annotators found in the abstracts of its dev set, and passes "
        + " and ".join(f"{row['documents_per_s']:,} abstracts a second for {name}" for name, row in search.items() if name != "recall")
        + " on one core."
    )
    return "\n".join(lines) + "\n"


TITLES = {"eu-adr": "EU-ADR, whose documents are the sentences that were judged", "biored/dev": "BioRED dev, whole abstracts"}


def _interval(row: Mapping[str, Any]) -> str:
    low, high = row["truly stated 95"]
    return f"{row['truly stated']} % [{low} to {high}]"


if __name__ == "__main__":
    main()
