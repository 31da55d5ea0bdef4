"""How well negation and speculation are found: cues and scopes on BioScope's abstracts, relations on EU-ADR.

BioScope: a cue counts where its words are the gold cue's, a scope where its cue is right and both its ends are (Morante and Daelemans
2009 count scopes so); besides, scopes given the gold cues, and the words in any scope. Its abstracts are halved by a hash of
their ids: the rules were written by the development half, the other is reported.

EU-ADR: a relation that is judged negated against the pairs of class NA, speculated against SA; among the pairs that state a relation
(PA, NA, SA) and among all. No rule was written by it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from models.corpora.bioscope import GoldAbstract, GoldScope, GoldSentence, read_bioscope
from models.corpora.relations.euadr import Association, association, read_euadr
from models.corpora.relations.pair import Pair
from models.evaluation.counts import Counts, report
from models.evaluation.polarity_baselines import FirstWord, WordsOnly
from processors.polarity import Judgement, Polarity, Scope, find_scopes
from processors.polarity.clauses import Words
from processors.polarity.lexicon import Entry, Reach, cues
from processors.polarity.scopes import Range, draw_scope
from processors.records import CueKind

SCHEMA = "biorelay.polarity-evaluation/1"

Tell = Callable[[str], None]
Finder = Callable[[str], Iterable[Scope]]
Judge = Callable[[str, Range, Range], Judgement]

CLASSES = {CueKind.NEGATION: Association.NEGATIVE, CueKind.SPECULATION: Association.SPECULATIVE}
STATING = (Association.POSITIVE, Association.NEGATIVE, Association.SPECULATIVE)

UNMARKED = frozenset({"unaffected", "inability", "incapable", "devoid of", "negative for"})
"""Words that deny and that BioScope leaves unmarked: 28 of them stand in its development half, none is a cue there. They are served."""


def _quiet(message: str) -> None:
    pass


def evaluate_polarity(data: Path, *, tell: Tell = _quiet) -> dict[str, Any]:
    """All figures, with 95 % intervals over documents, beside two baselines. Raises `CorpusMissing`."""
    tell("cues and scopes on BioScope's abstracts")
    abstracts = read_bioscope(data)
    bioscope = {
        "held out": score_rules([a for a in abstracts if a.held_out]),
        "development": score_rules([a for a in abstracts if not a.held_out]),
    }
    tell("relations on EU-ADR")
    pairs = read_euadr(data)
    judges: Mapping[str, Judge] = {
        "rules": judge,
        "baseline: scope to the end": FirstWord().judge,
        "baseline: words only": WordsOnly().judge,
    }
    return {"schema": SCHEMA, "bioscope": bioscope, "euadr": {name: score_relations(pairs, one) for name, one in judges.items()}}


def judge(sentence: str, first: Range, second: Range) -> Judgement:
    """What serving judges of a pair of one sentence."""
    return Polarity(sentence).judge([(0, len(sentence))], first, second)


def score_rules(abstracts: Sequence[GoldAbstract]) -> dict[str, Any]:
    """The rules as they are served, by what BioScope marks, and the baseline."""
    return {
        "rules": score_scopes(abstracts, find_scopes),
        "rules, marked": score_scopes(abstracts, marked_scopes, gold_cues=False),
        "baseline": score_scopes(abstracts, FirstWord().find_scopes, gold_cues=False),
    }


def marked_scopes(text: str) -> list[Scope]:
    """What serving finds in a sentence, without the cues that BioScope's annotators leave unmarked."""
    return [scope for scope in find_scopes(text) if text[slice(*scope.cue[0])].lower() not in UNMARKED]


def score_scopes(abstracts: Sequence[GoldAbstract], find: Finder, *, gold_cues: bool = True) -> dict[str, Any]:
    """Cues, scopes, scopes given the gold cues (only where those can be given), and words in scopes, by kind."""
    result: dict[str, Any] = {"abstracts": len(abstracts)}
    tables = [_tables(abstract, find, gold_cues=gold_cues) for abstract in abstracts]
    for kind in CueKind:
        result[kind.value] = {name: report([table[kind][name] for table in tables]) for name in tables[0][kind]} if tables else {}
    return result


def _tables(abstract: GoldAbstract, find: Finder, *, gold_cues: bool) -> dict[CueKind, dict[str, Counts]]:
    """One abstract's counts by kind and by what is counted."""
    read = [(sentence, list(find(sentence.text))) for sentence in abstract.sentences]
    return {kind: _of_kind(kind, read, gold_cues=gold_cues) for kind in CueKind}


def _of_kind(kind: CueKind, read: Sequence[tuple[GoldSentence, Sequence[Scope]]], *, gold_cues: bool) -> dict[str, Counts]:
    rows: list[dict[str, Counts]] = []
    for sentence, scopes in read:
        gold = [scope for scope in sentence.scopes if scope.kind is kind]
        found = [scope for scope in scopes if scope.kind is kind]
        row = {
            "cue": Counts.of({scope.cue for scope in gold}, {scope.cue for scope in found}),
            "scope": Counts.of(_placed(gold), _placed(found)),
            "word in scope": Counts.of(_words(sentence, gold), _words(sentence, found)),
        }
        if gold_cues:
            row["scope of gold cues"] = Counts.of(_placed(gold), _placed([given(sentence, scope) for scope in gold]))
        rows.append(row)
    names = ["cue", "scope", *(["scope of gold cues"] if gold_cues else []), "word in scope"]
    return {name: Counts.total(row[name] for row in rows) for name in names}


def given(sentence: GoldSentence, gold: GoldScope) -> Scope:
    """The scope that the rules draw for a gold cue; one that the lexicon lacks reaches to the end of its clause."""
    words = Words.of(sentence.text)
    parts = [(words.index(start), words.index(end - 1) + 1) for start, end in gold.cue]
    first, stop = parts[0]
    listed = (entry for entry in cues().get(words.at(first), ()) if entry.kind is gold.kind and entry.words == words.words[first:stop])
    entry = next(listed, None) or Entry(words.words[first:stop], (), gold.kind, Reach.CLAUSE)
    drawn = draw_scope(words, entry, parts)
    return Scope(gold.kind, drawn.reach, gold.cue, drawn.start, drawn.end, drawn.subject)


def _placed(scopes: Iterable[Scope | GoldScope]) -> set[tuple[tuple[Range, ...], int, int]]:
    return {(scope.cue, scope.start, scope.end) for scope in scopes}


def _words(sentence: GoldSentence, scopes: Sequence[Scope | GoldScope]) -> set[int]:
    """Where the words in any of the scopes begin."""
    starts = Words.of(sentence.text).starts if scopes else ()
    return {start for start in starts if any(scope.start <= start < scope.end for scope in scopes)}


def score_relations(pairs: Sequence[Pair], decide: Judge) -> dict[str, Any]:
    """Negated against NA, speculated against SA, and the table of classes by judgement."""
    judged = [(pair, decide(pair.text, pair.head.spans[0], pair.tail.spans[0])) for pair in pairs]
    table: dict[str, Counter[str]] = {class_.value: Counter() for class_ in Association}
    for pair, judgement in judged:
        table[association(pair).value][_named(judgement)] += 1
    result: dict[str, Any] = {"pairs": len(pairs), "confusion": {name: dict(sorted(row.items())) for name, row in table.items()}}
    for kind, class_ in CLASSES.items():
        stating = [(pair, judgement) for pair, judgement in judged if association(pair) in STATING]
        result[kind.value] = {
            "of stated relations": report(_by_document(stating, kind, class_)),
            "of all pairs": report(_by_document(judged, kind, class_)),
        }
    return result


def _by_document(judged: Sequence[tuple[Pair, Judgement]], kind: CueKind, class_: Association) -> list[Counts]:
    documents: dict[str, list[Counts]] = {}
    for pair, judgement in judged:
        gold = association(pair) is class_
        # An edge counts a denial that is hedged as negated, so the pair is speculated only where it is not negated.
        found = judgement.negated if kind is CueKind.NEGATION else judgement.speculated and not judgement.negated
        documents.setdefault(pair.document, []).append(Counts(int(gold and found), int(found and not gold), int(gold and not found)))
    return [Counts.total(counts) for counts in documents.values()]


def _named(judgement: Judgement) -> str:
    if judgement.negated:
        return "negated and speculated" if judgement.speculated else "negated"
    return "speculated" if judgement.speculated else "stated"
