"""The report's tables, as `models/RESULTS.md` shows them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from models.corpora.documents import Document
from models.corpora.errors import CorpusMissing
from models.corpora.registry import CORPORA, corpus
from models.evaluation.baselines.words import Span
from models.evaluation.counts import report
from models.evaluation.end_to_end.spans import relaxed, strict
from models.evaluation.ner_report.bench import BILSTM, COMMAND, CRF, DICTIONARY, KNOWLEDGE, OTHERS, SETS, SHARES, Bench, NerSet
from models.evaluation.ner_report.pieces import coverage, open_tokenizer
from models.evaluation.ner_report.slices import MEANINGS, SEEN, UNSEEN, Known, Meanings, SliceOf, sliced
from models.evaluation.ner_report.tags import TAGS, confusion, tag_report
from models.evaluation.results import Cell, Figure, Kind, Row, Section, Table
from models.evaluation.statistics import holm, paired_bootstrap
from processors.records import EntityType
from processors.vocabulary import Vocabulary

NOTHING = "always O"
LABELS: Mapping[str, str] = {
    DICTIONARY: "dictionary of the corpus's training names",
    KNOWLEDGE: "names of the knowledge bases",
    CRF: "CRF with hand features",
    BILSTM: "BiLSTM-CRF",
    OTHERS: "CRF trained on the other corpora",
    NOTHING: NOTHING,
}
BESIDE = (DICTIONARY, KNOWLEDGE, CRF, BILSTM)
"""The baselines of every table of systems."""

_ALL = "all"
_TRAINED = "Each baseline learned from the training part of the same corpus, without the documents that any dev or test set holds."
_RESEARCH = "The corpus states no licence: what it trains may not ship, and the shipped model never learned from it."


def spans_table(bench: Bench, of: NerSet, systems: Sequence[str]) -> Table:
    """Strict and relaxed spans of a set, by system, and how much better the shipped model is than each."""
    documents = bench.documents(of)
    types = of.types
    exact = {s: [strict(_gold(d), bench.found(s, of)[d.pmid], types) for d in documents] for s in dict.fromkeys((*systems, bench.shipped))}
    beside = f"{bench.shipped} minus it"
    gaps = {
        s: paired_bootstrap([c[_ALL] for c in exact[bench.shipped]], [c[_ALL] for c in exact[s]]) for s in systems if s != bench.shipped
    }
    rows = []
    for system in systems:
        found = bench.found(system, of)
        loose = report([relaxed(_gold(d), found[d.pmid], types)[_ALL] for d in documents])
        whole = report([counts[_ALL] for counts in exact[system]])
        figures: dict[str, Cell] = {
            "P": whole["precision"],
            "R": whole["recall"],
            "strict F1": Figure.of(whole),
            "relaxed F1": Figure.of(loose),
        }
        if system in gaps:
            figures[beside] = Figure(**{name: round(100 * getattr(gaps[system], name), 2) for name in ("value", "low", "high")})
        if len(types) > 1:
            figures |= {kind.value: report([counts[kind.value] for counts in exact[system]])["f1"] for kind in types}
        rows.append(_row(bench, system, figures))
    chances = ", ".join(f"{LABELS.get(s, s)} {p:.3f}" for s, p in holm({s: gap.p for s, gap in gaps.items()}).items())
    return Table(
        title=f"Named entities of {_title(of)}, and baselines",
        section=Section.ENTITIES,
        measured_on=of.place,
        documents=_size(documents),
        seed=1,
        columns=("P", "R", "strict F1", "relaxed F1", beside, *(kind.value for kind in types if len(types) > 1)),
        rows=tuple(rows),
        notes=(
            "Strict: start, end and type are equal; relaxed: the type is, and the spans overlap. By type: strict F1.",
            *((f"Differences by paired bootstrap over documents; p, corrected for this table (Holm): {chances}.",) if chances else ()),
            _TRAINED,
            *((_RESEARCH,) if of.research else ()),
        ),
        command=f"{COMMAND} --data DATA --only spans",
    )


def tags_table(bench: Bench, of: NerSet, kinds: Sequence[EntityType], systems: Sequence[str]) -> Table:
    """B, I and O of some types of a set, beside the strict spans of the same types and the answer that is always O."""
    documents = bench.documents(of)
    rows = []
    words = 0
    for system in (NOTHING, *systems):
        found: Mapping[str, Sequence[Span]] = {d.pmid: [] for d in documents} if system == NOTHING else bench.found(system, of)
        tags = tag_report([confusion(d, found[d.pmid], kinds) for d in documents])
        whole = report([strict(_gold(d), found[d.pmid], kinds)[_ALL] for d in documents])
        words = tags["words"]
        figures: dict[str, Cell] = {
            "strict spans F1": Figure.of(whole),
            "accuracy": Figure.of(tags["accuracy"], "accuracy"),
            "macro F1": Figure.of(tags["macro"]),
            "weighted F1": Figure.of(tags["weighted"]),
        }
        figures |= {f"{tag} {short}": tags[tag][name] for tag in TAGS for short, name in _SHORT.items()}
        figures |= {f"{average} {short}": tags[average][_SHORT[short]] for average in ("macro", "weighted") for short in "PR"}
        rows.append(_row(bench, system, figures))
    columns = ("strict spans F1", "accuracy", *(f"{tag} {short}" for tag in TAGS for short in _SHORT))
    averages = tuple(f"{average} {short}" for average in ("macro", "weighted") for short in _SHORT)
    named = f"{' and '.join(kinds)}s" if len(kinds) < 3 else "mentions of any type"
    return Table(
        title=f"Word by word: {named} of {_title(of)}",
        section=Section.ENTITIES,
        measured_on=of.place,
        documents=f"{_size(documents)}, {words:,} words",
        seed=1,
        columns=(*columns, *averages),
        rows=tuple(rows),
        notes=("Words are runs of letters and digits, or one other sign; their B, I and O without the type.",),
        command=f"{COMMAND} --data DATA --only tags",
    )


_SHORT = {"P": "precision", "R": "recall", "F1": "f1"}


def slices_table(bench: Bench, of: NerSet, systems: Sequence[str], vocabulary: Vocabulary) -> Table:
    """Strict F1 on names by what they may mean, and on names that training had or had not."""
    documents = bench.documents(of)
    known = Known([*bench.training(of.corpus), *bench.learned_by(bench.artefact(bench.shipped))])
    choices: tuple[tuple[SliceOf, Sequence[str]], ...] = ((Meanings(vocabulary), MEANINGS), (known, (SEEN, UNSEEN)))
    columns = [name for _, slices in choices for name in slices]
    rows = []
    sizes: dict[str, int] = {}
    for system in systems:
        found = bench.found(system, of)
        figures: dict[str, Cell] = {}
        for slice_of, slices in choices:
            counted = [sliced(d, found[d.pmid], of.types, slice_of, slices) for d in documents]
            for name in slices:
                part = report([counts[name] for counts in counted])
                sizes[name] = part["tp"] + part["fn"]
                figures[name] = Figure.of(part) if sizes[name] else None
                if name == UNSEEN:
                    figures["unseen R"] = part["recall"]
        rows.append(_row(bench, system, figures))
    return Table(
        title=f"Ambiguous and unseen names of {_title(of)}",
        section=Section.ENTITIES,
        measured_on=of.place,
        documents=f"{_size(documents)}; gold mentions: {', '.join(f'{name} {sizes[name]:,}' for name in columns)}",
        seed=1,
        columns=(*columns, "unseen R"),
        rows=tuple(rows),
        notes=(
            (
                f"Strict F1 of the mentions whose words are in the slice. What a name may mean: {vocabulary.version}, exact names; "
                "several organisms: a gene of one name in several organisms, and nothing else ambiguous. "
                "Unseen: no training document, neither of this corpus nor of the shipped model's, has a mention of that name."
            ),
        ),
        command=f"{COMMAND} --data DATA --only slices",
    )


def crossing_table(bench: Bench, places: Iterable[NerSet] = SETS) -> Table:
    """A CRF trained on a corpus's own training part, and one trained on all others but it, type by type."""
    rows = []
    sizes = []
    for of in places:
        documents = bench.documents(of)
        sizes.append(f"{of.place} {_size(documents)}")
        for kind in of.types:
            own, other = ([strict(_gold(d), bench.found(system, of)[d.pmid], [kind])[_ALL] for d in documents] for system in (CRF, OTHERS))
            model = report([strict(_gold(d), bench.found(bench.shipped, of)[d.pmid], [kind])[_ALL] for d in documents])
            names = bench.others(of, kind)
            figures: dict[str, Cell] = {
                "trained on its own corpus": Figure.of(report(own)),
                "trained on the others": Figure.of(report(other)) if names else None,
                "others": ", ".join(names) or None,
                bench.shipped: Figure.of(model),
            }
            rows.append(Row(system=f"{of.place}, {kind}", kind=Kind.BASELINE, figures=figures))
    return Table(
        title="Across corpora: trained without a corpus, tested on it",
        section=Section.ENTITIES,
        measured_on="each set with the CRF",
        documents="; ".join(sizes),
        seed=1,
        columns=("trained on its own corpus", "trained on the others", "others", bench.shipped),
        rows=tuple(rows),
        notes=(
            "Strict F1. The others are every corpus of whole documents that annotates the type and has a listed licence; one CRF a type.",
        ),
        command=f"{COMMAND} --data DATA --only crossing",
    )


def curve_table(bench: Bench, places: Iterable[NerSet] = SETS) -> Table:
    """The CRF on a tenth, a quarter, half and all of the training documents."""
    steps = [*((f"{share} %", f"{CRF}-{share}") for share in SHARES), ("100 %", CRF)]
    rows = []
    sizes = []
    for of in places:
        documents = bench.documents(of)
        sizes.append(f"{of.place} {_size(documents)}")
        figures: dict[str, Cell] = {"training documents": len(bench.training(of.corpus))}
        for label, system in steps:
            found = bench.found(system, of)
            figures[label] = Figure.of(report([strict(_gold(d), found[d.pmid], of.types)[_ALL] for d in documents]))
        rows.append(Row(system=of.place, kind=Kind.BASELINE, figures=figures))
    return Table(
        title="Learning curve of the CRF",
        section=Section.ENTITIES,
        measured_on="each set, after so much of its corpus's training documents",
        documents="; ".join(sizes),
        seed=1,
        columns=("training documents", *(label for label, _ in steps)),
        rows=tuple(rows),
        notes=("Strict F1, all types. Which documents a part holds follows from their names alone; each part holds the smaller ones.",),
        command=f"{COMMAND} --data DATA --only curve",
    )


def pieces_table(data: Path, tokenizers: Mapping[str, Path]) -> Table:
    """What each encoder's tokeniser makes of the training documents of every corpus of names that lies under the data folder."""
    rows = []
    opened = {name: open_tokenizer(path) for name, path in tokenizers.items()}
    for of in CORPORA.values():
        if "ner" not in of.kinds or "train" not in of.splits or not of.holds_documents:
            continue
        try:
            documents = of.read("train", data)
        except CorpusMissing:
            continue
        for name, tokenizer in opened.items():
            found = coverage(tokenizer, documents)
            figures: dict[str, Cell] = {
                "words": found["words"],
                "pieces per word": found["pieces"],
                "whole words": found["whole"],
                "whole distinct words": found["distinct_whole"],
                "pieces per word of a mention": found["mention_pieces"] if found["mention_words"] else None,
                "whole words of mentions": found["mention_whole"] if found["mention_words"] else None,
                "unknown words": found["unknown"],
                "pieces per document": found["document_pieces"],
                "vocabulary used": found["used"],
            }
            rows.append(Row(system=f"{name} on {of.name}", figures=figures))
    if not rows:
        raise CorpusMissing(f"no corpus of names lies under {data}", remedy="Name the data folder with --data.")
    sizes = ", ".join(f"{name} {tokenizer.get_vocab_size():,}" for name, tokenizer in opened.items())
    return Table(
        title="Pieces: how encoders' tokenisers cut each corpus's words",
        section=Section.ENTITIES,
        measured_on="training parts, which nothing is scored on",
        documents=f"{len(rows) // len(opened)} corpora",
        columns=tuple(rows[0].figures),
        rows=tuple(rows),
        digits=2,
        notes=(
            f"Pieces in the vocabulary: {sizes}. Words are runs of letters and digits; whole: one known piece; shares are percent.",
            "A document is a sentence in corpora of token columns. Another encoder: `--tokenizer NAME=FOLDER` with its tokenizer.json.",
        ),
        command=f"{COMMAND} --data DATA --only pieces",
    )


def _gold(document: Document) -> list[Span]:
    return [(m.start, m.end, m.type) for m in document.mentions]


def _row(bench: Bench, system: str, figures: dict[str, Cell]) -> Row:
    return Row(system=LABELS.get(system, system), kind=Kind.OURS if system in bench.models else Kind.BASELINE, figures=figures)


def _size(documents: Sequence[Document]) -> str:
    unit = "sentences" if documents and not documents[0].pmid.isdecimal() else "documents"
    return f"{len(documents):,} {unit}"


def _title(of: NerSet) -> str:
    return f"{corpus(of.corpus).title} {of.split}"
