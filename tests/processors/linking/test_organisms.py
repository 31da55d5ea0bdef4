"""Which organism's gene a name means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.linking.context import Context
from processors.linking.organisms import HUMAN, MOUSE, RAT
from processors.records import EntityType
from processors.vocabulary import Vocabulary

GENE, SPECIES = EntityType.GENE, EntityType.SPECIES
VOCABULARY = Vocabulary.open()
FLY, FISH, WORM, YEAST = "7227", "7955", "6239", "4932"


def likeliest(text: str, name: str, *, species: str = "") -> str:
    places = [(i, i + len(name)) for i in range(len(text)) if text.startswith(name, i)]
    mentions = [(*place, GENE) for place in places]
    if species:
        mentions.append((text.index(species), text.index(species) + len(species), SPECIES))
    probabilities = Context(VOCABULARY, "pubmed:1", text, mentions).organisms.probabilities(places)
    assert sum(probabilities.values()) == pytest.approx(1)
    return max(probabilities, key=lambda taxon: probabilities[taxon])


@pytest.mark.parametrize(
    ("text", "name", "taxon"),
    [
        ("TP53 is a tumour suppressor.", "TP53", HUMAN),
        ("Loss of Trp53 in mice. The mice died early.", "Trp53", MOUSE),
        ("Knockout of Trp53 in C57BL/6 animals.", "Trp53", MOUSE),
        ("Kidneys of Sprague-Dawley rats. Agtr1a fell in these rats.", "Agtr1a", RAT),
        ("Expression of FOXP3 in HeLa cells.", "FOXP3", HUMAN),
        ("Patients carry a mutation of LMNA.", "LMNA", HUMAN),
        ("The Drosophila gene wingless. In Drosophila, wingless acts early.", "wingless", FLY),
        ("Zebrafish embryos lack shha. Morphants of shha die.", "shha", FISH),
        ("In C. elegans, lin-12 is needed.", "lin-12", WORM),
        ("Budding yeast Cdc28 drives S. cerevisiae divisions.", "Cdc28", YEAST),
        ("hTERT was expressed. Mice grew.", "hTERT", HUMAN),
        ("Mice were given human TERT. Mice grew.", "human TERT", HUMAN),
    ],
)
def test_the_organism_that_is_meant(text: str, name: str, taxon: str) -> None:
    assert likeliest(text, name) == taxon


def test_the_species_mentions_count() -> None:
    text = "Ucp1 of Rattus norvegicus. Ucp1 again."
    assert likeliest(text, "Ucp1", species="Rattus norvegicus") == RAT


def test_two_organisms_in_one_document() -> None:
    text = "Mouse Il6 and human CXCL8 were measured. Mouse Il6 rose. Human CXCL8 fell."
    assert likeliest(text, "Il6") == MOUSE
    assert likeliest(text, "CXCL8") == HUMAN


@given(st.text(max_size=80), st.integers(0, 80), st.integers(1, 10))
def test_any_text_gives_probabilities(text: str, start: int, length: int) -> None:
    text = text or "x"
    start = min(start, len(text) - 1)
    place = (start, min(len(text), start + length))
    context = Context(VOCABULARY, "pubmed:1", text, [(*place, GENE)])
    found = context.organisms.probabilities([place])
    assert {HUMAN, MOUSE} <= found.keys()
    assert sum(found.values()) == pytest.approx(1)
