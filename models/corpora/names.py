"""The names of a vocabulary as they are gathered: from knowledge bases and from annotated documents."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

from models.corpora.knowledge import PREFERRED, SYNONYM, WEAK, Name
from models.corpora.species import COMMON_NAMES
from processors.normalisation import exact_key, loose_key, tokens
from processors.records import EntityType
from processors.sources.pubtator import AnnotatedDocument, AnnotatedMention
from processors.variants import rs_number, variant_code
from processors.vocabulary import HOMOLOGUES, LETTERS

HUMAN = "9606"

_LONGEST_KEY = 120
_SHORTEST_SEARCHED = 4
_MOST = 0xFFFF


SEARCHED = (EntityType.DISEASE, EntityType.CHEMICAL, EntityType.SPECIES)
"""Types whose names are searched by likeness too: not genes and cell lines, where one letter makes another one."""


@cache  # a build gathers the knowledge bases once for each fold
def _keys(kind: EntityType, text: str) -> tuple[str, str]:
    return exact_key(text), loose_key(kind, text)


class Names:
    """What is gathered: candidates by (type letter, key), names by identifier.

    `same` says which identifier stands for which others.
    """

    def __init__(self, same: Mapping[str, str] | None = None) -> None:
        self.same = same or {}
        self.words: set[tuple[EntityType, str]] = set()
        self.exact: dict[str, dict[str, list[int]]] = defaultdict(dict)
        self.loose: dict[str, dict[str, list[int]]] = defaultdict(dict)
        self.preferred: dict[str, tuple[int, str]] = {}
        self.taxon: dict[str, str] = {}
        self.organisms: dict[str, Counter[str]] = defaultdict(Counter)  # of a gene that no database gave: taxa of its documents
        self.spellings: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, name: Name, count: int = 0) -> None:
        """Keep a name under its exact key and, where that is another one, under its loose key."""
        text = " ".join(name.text.split())
        key, loose = _keys(name.kind, text)
        if len(key) > _LONGEST_KEY or (not count and (len(key) < 2 or key.isdigit())):
            return
        curies = "|".join(sorted({self.same.get(curie, curie) for curie in name.curies}))
        letter = LETTERS[name.kind]
        if name.kind in SEARCHED and len(key) >= _SHORTEST_SEARCHED:
            self.words.add((name.kind, " ".join(tokens(text))))
        self._keep(self.exact[letter + key], curies, name.tier, count)
        if loose:
            self._keep(self.loose[letter.lower() + loose], curies, name.tier, count)
        if "|" not in curies:
            if not count and name.tier <= SYNONYM and (curies not in self.preferred or name.tier < self.preferred[curies][0]):
                self.preferred[curies] = (name.tier, text)
            if name.taxon:
                self.taxon[curies] = name.taxon
        if count:
            self.spellings[curies][text] += count

    def add_variant(self, code: str, gene: str, curie: str) -> None:
        """Keep that a change in a gene is this dbSNP entry."""
        self._keep(self.exact[f"{LETTERS[EntityType.VARIANT]}{code}@{gene}"], curie, PREFERRED, 1)

    def add_homologue(self, human: str, curie: str) -> None:
        """Keep that a gene of another organism is the homologue of a human gene (its number)."""
        self._keep(self.exact[f"{HOMOLOGUES}{human}"], curie, PREFERRED, 0)

    def place_genes(self) -> None:
        """Give the genes that only corpora name an organism, and make them homologues of the human gene whose symbol they bear.

        The organism is the one, human left aside, that most of the gene's documents speak of. Homologous genes share
        their names: `Kras` in a paper on rabbits is the rabbit's, under whatever synonym of human KRAS it goes.
        """
        gene = LETTERS[EntityType.GENE]
        human = {key for key, taxon in self.taxon.items() if taxon == HUMAN}
        new = {curie: taxa for curie, taxa in self.organisms.items() if curie not in self.taxon and taxa}
        for curie, taxa in new.items():
            self.taxon[curie] = min(taxa, key=lambda taxon: (-taxa[taxon], taxon))
        homologue: dict[str, set[str]] = defaultdict(set)
        for names in (self.exact, self.loose):
            for key, found in names.items():
                bearers = found.keys() & new.keys() if key[0].upper() == gene else ()
                symbols = [c for c, (tier, _) in found.items() if c in human and tier == PREFERRED] if bearers else []
                if len(symbols) == 1:
                    for curie in bearers:
                        homologue[curie].add(symbols[0])
        for curie, humans in sorted(homologue.items()):
            if len(humans) == 1:
                self.add_homologue(next(iter(humans)).removeprefix("ncbigene:"), curie)

    @staticmethod
    def _keep(candidates: dict[str, list[int]], curies: str, tier: int, count: int) -> None:
        old = candidates.setdefault(curies, [tier, 0])
        old[0] = min(old[0], tier)
        old[1] = min(_MOST, old[1] + count)

    def rows(self) -> Iterator[str]:
        """One row per identifier: CURIEs, preferred name, taxon."""
        seen = {curies for table in (self.exact, self.loose) for found in table.values() for curies in found}
        for curies in sorted(seen):
            name = self.preferred[curies][1] if curies in self.preferred else ""
            if not name and self.spellings[curies]:
                name = min(self.spellings[curies].items(), key=lambda item: (-item[1], item[0]))[0]
            taxa = sorted({self.taxon.get(curie, "") for curie in curies.split("|")})
            yield f"{curies}\t{name}\t{','.join(taxa)}"

    def aliases(self) -> Iterator[tuple[str, str]]:
        """(identifier, the known identifier that stands for it)."""
        known = {curies for table in (self.exact, self.loose) for found in table.values() for curies in found}
        yield from ((alias, curie) for alias, curie in sorted(self.same.items()) if curie in known)


_PLACED = re.compile(r"\|[^|]*\d[^|]*\|?")  # a code with a place: without one it is no entry of dbSNP
_BINOMIAL = re.compile(r"([A-Z])[a-z]{3,} ([a-z]{3,})")
_GENE_FIELD = re.compile(r"Gene:(\d+)")


_ORGANISMS = {exact_key(name): taxon for name, taxon in COMMON_NAMES if taxon != HUMAN}
_WORDS = re.compile(r"[A-Za-z]\. [a-z]+|[A-Za-z]+")


def _organisms(document: AnnotatedDocument) -> set[str]:
    """The taxa, human left aside, that a document speaks of: as annotated, else by their everyday names."""
    found = {c.partition(":")[2] for m in document.mentions if m.type is EntityType.SPECIES for c in m.curies} - {HUMAN}
    return found or {_ORGANISMS[key] for word in _WORDS.findall(document.abstract.text) if (key := exact_key(word)) in _ORGANISMS}


def add_document(names: Names, document: AnnotatedDocument) -> None:
    genes = {curie for m in document.mentions if m.type is EntityType.GENE for curie in m.curies}
    organisms = _organisms(document)
    for gene in genes:
        names.organisms[gene].update(organisms)
    for mention in document.mentions:
        if mention.type is None or not mention.curies:
            continue
        if mention.type is EntityType.VARIANT:
            code = variant_code(mention.text)
            if code and _PLACED.search(code) and not rs_number(mention.text) and len(mention.curies) == 1:
                own = [f"ncbigene:{number}" for number in _GENE_FIELD.findall(mention.raw)] or _nearest_gene(document, mention)
                for gene in own:
                    names.add_variant(code, gene, mention.curies[0])
            continue
        names.add(Name(mention.type, mention.text, mention.curies, SYNONYM), count=1)
        if mention.type is EntityType.SPECIES and (match := _BINOMIAL.fullmatch(mention.text)):
            names.add(Name(EntityType.SPECIES, f"{match[1]}. {match[2]}", mention.curies, WEAK))


def _nearest_gene(document: AnnotatedDocument, mention: AnnotatedMention) -> tuple[str, ...]:
    """The gene (or genes together) whose mention stands nearest."""
    genes = [m for m in document.mentions if m.type is EntityType.GENE and m.curies]
    if not genes:
        return ()
    return min(genes, key=lambda m: (max(m.start - mention.end, mention.start - m.end), m.start)).curies
