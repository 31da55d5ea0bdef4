"""What counts characters: cleaning, sentences, abbreviations, polarity, names, pieces, spans, evidence. Any text; offsets always hold."""

import itertools
from functools import cache
from random import Random

import numpy as np

from models.runtime.artefact import find_artefact
from models.runtime.edges import EntitySpan
from models.runtime.spans import SpanRule, decode_spans
from models.runtime.tokenizer import PieceTokenizer
from processors.abbreviations import definitions
from processors.cleaning import Cleaning, clean
from processors.consistency import settled
from processors.errors import RecordError
from processors.linking import Linker, load_linker
from processors.linking.likeness import compare
from processors.linking.local import local_curie, local_name
from processors.normalisation import exact_key, loose_key, singular, tokens
from processors.polarity import Polarity
from processors.records import Abstract, EntityType, Mention, is_curie
from processors.relations import evidence, sentences_within
from processors.searching import Searcher, written
from processors.sentences import split_sentences
from processors.sources.building import build
from processors.sources.identifiers import document_id, pubmed_curie, split_identifiers, to_curie, variant_curies
from processors.sources.labels import split_labels
from processors.sources.pubmed_dates import free_date, numeric_date
from processors.variants import hgvs, is_ambiguous, rs_number, variant_code
from tests.fuzz import samples
from tests.fuzz.target import Target, dice, need, text_of

TYPES = tuple(EntityType)
RULE = SpanRule((1.0,) * 6, (0.1,) * 6)
PLATT = SpanRule((0.7,) * 6, (0.0,) * 6, (1.2, -0.3))


def plain(data: bytes) -> str:
    """Any bytes as what a reader may take for a text."""
    return data.decode("utf-8", "replace")


def cleaning(data: bytes) -> None:
    """What is clean stays as it is, and a text only gets shorter, but for what NFKC takes apart."""
    title, _, body = plain(data).partition("\n")
    unicode = ("keep", "nfc", "nfkc")[dice(data, 3)]
    rules = Cleaning(whitespace=dice(data, 7) > 0, unicode=unicode, drop_invisible=dice(data, 11) > 0, drop_labels=dice(data, 5) == 0)  # type: ignore[arg-type]
    try:
        abstract = clean(build(id="pubmed:1", title=title, sections=split_labels(body)), rules)
    except RecordError:
        return
    need(clean(abstract, rules) == abstract, "cleaning what is clean changes it")
    need(len(abstract.text) <= (18 * len(data) + 20 if unicode == "nfkc" else 4 * len(data) + 20), "cleaning lets a text grow")


def labels(data: bytes) -> None:
    """Nothing is lost: the sections written one behind the other are the text."""
    text = plain(data)
    sections = split_labels(text)
    need(Abstract(id="a:b", title="", sections=sections).abstract == text, "sections lose something of their text")


def sentences(data: bytes) -> None:
    """Sentences tile the text; sentences of a sentence are not asked for."""
    text = plain(data)
    found = split_sentences(text, title_end=dice(data, len(text) + 1))
    need("".join(text[start:end] for start, end in found) == text, "sentences do not tile the text")
    need(all(start < end for start, end in found), "a sentence is empty")


def abbreviations(data: bytes) -> None:
    """Both forms stand where they are said to."""
    text = plain(data)
    for found in definitions(text):
        need(text[found.short_start : found.short_end] == found.short, "a short form does not stand at its offsets")
        need(text[found.long_start : found.long_end] == found.long, "a long form does not stand at its offsets")


def polarity(data: bytes) -> None:
    """Cues are spans of the text, inside the sentences that were given; judging twice gives the same."""
    text = plain(data)
    random = Random(dice(data, 2**31))
    ends = [end for _, end in split_sentences(text)]
    judge = Polarity(text)
    for _ in range(3):
        subject, object_ = _ranges(random, text, 2)
        begin, end = min(subject[0], object_[0]), max(subject[1], object_[1])
        inner = sentences_within(ends, begin, end) if begin < end else [(begin, end)]
        judged = judge.judge(inner, subject, object_)
        need(all(0 <= cue.start < cue.end <= len(text) for cue in judged.cues), "a cue lies outside the text")
        need(Polarity(text).judge(inner, subject, object_) == judged, "a pair is judged in two ways")


def words_behind(data: bytes) -> None:
    """Evidence holds both mentions, and is what the text has there."""
    text = plain(data)
    if not text:
        return
    random = Random(dice(data, 2**31))
    ends = [end for _, end in split_sentences(text)]
    subject, object_ = (
        Mention(id="T1", start=start, end=end, text=text[start:end], type=EntityType.GENE, identifiers=("a:b",), score=1.0)
        for start, end in _ranges(random, text, 2)
    )
    found = evidence(text, ends, subject, object_)
    need(text[found.start : found.end] == found.text, "evidence is not what stands there")
    need(found.start <= found.subject.start <= found.subject.end <= found.end, "evidence does not hold its subject")
    need(found.start <= found.object.start <= found.object.end <= found.end, "evidence does not hold its object")
    sentences_within(ends, found.start, found.end)


def _ranges(random: Random, text: str, count: int) -> list[tuple[int, int]]:
    found = []
    for _ in range(count):
        start = random.randrange(len(text) + 1)
        found.append((start, min(len(text), start + random.randrange(30))))
    return found


def _spans(random: Random, text: str) -> list[EntitySpan]:
    """Spans in order and apart."""
    places = sorted(random.sample(range(len(text) + 1), min(2 * random.randrange(8), len(text) // 2 * 2)))
    pairs = itertools.batched(places, 2) if hasattr(itertools, "batched") else zip(places[::2], places[1::2], strict=False)
    return [EntitySpan(start, end, random.randrange(6), random.random()) for start, end in pairs]


def consistency(data: bytes) -> None:
    """Spans stay in order and apart, whatever abbreviates whatever."""
    text = text_of(data)
    found = settled(text, _spans(Random(dice(data, 2**31)), text))
    for span in found:
        need(0 <= span.start < span.end <= len(text), "a span lies outside the text")
    need(all(one.end <= other.start for one, other in itertools.pairwise(found)), "spans overlap")


@cache
def tokenizer() -> PieceTokenizer:
    """The shipped model's."""
    return PieceTokenizer(find_artefact("relay-mini") / "tokenizer.json")


def pieces(data: bytes) -> None:
    """Pieces and the mentions decoded over them lie in the text, in order; edges hold no white space. Logits are drawn."""
    text = text_of(data)
    found = tokenizer().cut(text)
    starts, ends = found.offsets[:, 0], found.offsets[:, 1]
    need(((starts >= 0) & (starts <= ends) & (ends <= len(text))).all(), "a piece lies outside the text")
    need(len(found.words) < 2 or (np.diff(found.words) >= 0).all(), "words are not in order")
    if len(found.ids) > 512:
        return
    logits = np.random.default_rng(dice(data, 2**31)).normal(scale=4, size=(len(found.ids), 18)).astype(np.float32)
    spans = decode_spans(logits, found.offsets, found.words, text, PLATT if dice(data, 2) else RULE)
    for span in spans:
        need(0 <= span.start < span.end <= len(text), "a span lies outside the text")
        need(0 <= span.score <= 1, "a score is no probability")
        need(not text[span.start].isspace() and not text[span.end - 1].isspace(), "a span has white space at an edge")
    need(all(one.end <= other.start for one, other in itertools.pairwise(spans)), "spans overlap")


@cache
def linker() -> Linker:
    """The shipped vocabulary's."""
    return load_linker()


def links(data: bytes) -> None:
    """Every mention gets at least one CURIE, and a second look gives the same."""
    text = plain(data)
    random = Random(dice(data, 2**31))
    mentions = [(span.start, span.end, TYPES[span.type]) for span in _spans(random, text) if text[span.start : span.end].strip()]
    found = linker().resolve("pubmed:1", text, mentions)
    need(len(found) == len(mentions), "a mention is lost")
    for link in found:
        need(link.identifiers and all(map(is_curie, link.identifiers)), f"{link.identifiers} are no CURIEs")
        need(link.score is None or 0 <= link.score <= 1, "a score is no probability")


def names(data: bytes) -> None:
    """Keys of a name: the key of a key is itself; nothing breaks on any letters."""
    text = text_of(data)
    key = exact_key(text)
    need(exact_key(key) == key, "the key of a key is another one")
    for kind in TYPES:
        loose_key(kind, text)
    tokens(text)
    singular(text)
    half = len(text) // 2
    compare(EntityType.DISEASE, loose_key(EntityType.DISEASE, text[:half]), loose_key(EntityType.DISEASE, text[half:]))


def variants(data: bytes) -> None:
    """A variant's code has its notation, or none; a code's HGVS has no line breaks."""
    text = plain(data)
    is_ambiguous(text)
    rs_number(text)
    hgvs(text)
    code = variant_code(text)
    if code:
        need(code.count("|") >= 2, "a code has too few fields")
        hgvs(code)


def identifiers(data: bytes) -> None:
    """What corpora and users call identifiers: CURIEs that fit a record, or None."""
    text = plain(data)
    name = document_id(text)
    need(name is None or name.startswith("local:") or is_curie(name), f"{name!r} is no CURIE")
    number = pubmed_curie(text)
    need(number is None or is_curie(number), f"{number!r} is no CURIE")
    for kind in (*TYPES, None):
        for part in split_identifiers(text, kind):
            need(part == part.strip() and part, "an identifier has blanks at its ends")
            to_curie(part, kind)
    head, _, tail = text.partition("\t")
    need(all(map(is_curie, variant_curies(head, tail))), "a variant's identifier is no CURIE")
    curie = local_curie(text_of(data) or "x", TYPES[dice(data, 6)], text_of(data))
    need(is_curie(curie), f"{curie!r} is no CURIE")
    local_name(curie)
    local_name(text)


def dates(data: bytes) -> None:
    """A date is one that a record takes, or None."""
    text = plain(data)
    for found in (free_date(text), numeric_date(text)):
        if found is not None:
            Abstract(id="a:b", title="x", published=found)


def searching(data: bytes) -> None:
    """A search's places lie in the text, and what is written there whole is found."""
    name, _, text = plain(data).partition("\n")
    found = Searcher({"x": written(name), "y": written("tumor necrosis factor")}).search(text)
    for places in found.values():
        for place in places:
            need(0 <= place.start < place.end <= len(text), "a place lies outside the text")
            need(place.first <= place.last, "a place ends before it begins")


WORDS = tuple(word.encode() for word in (
    ". ", "! ", "? ", " (", ") ", "[", "]", "e.g. ", " vs. ", "p53", "mTOR", " not ", " may ", " no ", " did not ", " without ",
    " neither ", " nor ",
    "RESULTS: ", "METHODS AND FINDINGS: ", "\n\n", "© 2020 Elsevier", "(ABSTRACT TRUNCATED AT 250 WORDS)", "TNF-α", " (TNF)", "A76T",
    "p.Val600Glu",
    "c.76_78del", "rs1800562", "IVS2+1G>A", "Δ32", "20 kb deletion", "'s", "α", "ﬁ", "e\u0301", "\u0301", "\u200d", "。", "İ", "ß",
    "\x85", "12345678", "PMC123",
    "10.1000/x", "MESH:D003924", "D003924", "672", "Dec 1998", "1999 Spring", "20020916",
))  # fmt: skip
NAMES = (
    b"breast cancers",
    b"TNF-alpha",
    b"Carcinoma, Hepatocellular",
    b"interleukin-6",
    b"beta-adrenergic blocker",
    b"type II diabetes mellitus",
)
VARIANTS = (
    b"p.Val600Glu",
    b"V600E",
    b"c.76_78del",
    b"c.76A>T",
    b"rs1800562",
    b"IVS2+1G>A",
    b"Ala-76-Thr",
    b"20 kb deletion",
    b"codon 12, Gly to Asp",
    b"A76T",
)

TARGETS = (
    Target("cleaning", cleaning, samples.texts, WORDS, most=4096),
    Target("labels", labels, samples.texts, WORDS, most=4096),
    Target("sentences", sentences, samples.texts, WORDS, most=4096),
    Target("abbreviations", abbreviations, samples.texts, WORDS, most=4096),
    Target("polarity", polarity, samples.texts, WORDS, most=4096),
    Target("evidence", words_behind, samples.texts, WORDS, most=4096),
    Target("consistency", consistency, samples.texts, WORDS, most=4096),
    Target("pieces and spans", pieces, samples.texts, WORDS, most=2048),
    Target("links", links, samples.texts, WORDS, most=2048),
    Target("names", names, lambda: NAMES, WORDS, most=300),
    Target("variants", variants, lambda: VARIANTS, WORDS, most=200),
    Target(
        "identifiers",
        identifiers,
        lambda: (b"PMID: 6827202", b"10.1000/x", b"MESH:D003924,D001241", b"c|SUB|C|643|T;RS#:17", b"672;7157"),
        WORDS,
        most=600,
    ),
    Target("dates", dates, lambda: (b"1999 Dec-2000 Jan", b"Winter 1998", b"20020916", b"2002/09/17 10:00"), WORDS, most=100),
    Target("searching", searching, lambda: [b"tumour necrosis factors\n" + text for text in samples.texts()], WORDS, most=2048),
)
