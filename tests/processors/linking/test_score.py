"""Scores and thresholds of the shipped vocabulary's links."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.linking import Linker, load_linker
from processors.linking.match import Match
from processors.linking.score import Scorer
from processors.records import EntityType

LINKER = load_linker()
DISEASE, CHEMICAL = EntityType.DISEASE, EntityType.CHEMICAL


def resolve(text: str, *mentions: tuple[str, EntityType]) -> list[tuple[tuple[str, ...], float | None]]:
    spans = [(text.index(words), text.index(words) + len(words), kind) for words, kind in mentions]
    return [tuple(link) for link in LINKER.resolve("pubmed:1", text, spans)]


def test_a_known_name_is_surer_than_a_like_one() -> None:
    [(known, sure), (like, less)] = resolve("breast cancer, golden retriever muscular dystrophy", ("breast cancer", DISEASE),
                                            ("golden retriever muscular dystrophy", DISEASE))  # fmt: skip
    assert known == ("mesh:D001943",)
    assert sure is not None
    assert sure > 0.9
    assert like == ("mesh:D009136",) or less is None
    assert less is None or less < sure


@pytest.mark.parametrize(
    ("words", "kind", "curie"),
    [
        ("pentylenetetrezol", CHEMICAL, "mesh:D010433"),  # misspelt
        ("cancer of the breast", DISEASE, "mesh:D001943"),
        ("streptococcus infection", DISEASE, "mesh:D013290"),
        ("jaw lesions", DISEASE, "mesh:D007571"),
    ],
)
def test_names_that_no_source_lists(words: str, kind: EntityType, curie: str) -> None:
    [(identifiers, score)] = resolve(f"We saw {words}.", (words, kind))
    assert identifiers == (curie,)
    assert score is not None


def test_joined_names_have_several_identifiers() -> None:
    [(identifiers, score)] = resolve("lung, liver and kidney diseases", ("lung, liver and kidney diseases", DISEASE))
    assert identifiers == ("mesh:D008171", "mesh:D008107", "mesh:D007674")
    assert score is not None


def test_what_is_like_nothing_stays_local_without_a_score() -> None:
    assert resolve("Qwxzzy glorbitis of zarn.", ("Qwxzzy glorbitis of zarn", DISEASE)) == [
        (("local:pubmed:1#Disease:qwxzzyglorbitisofzarn",), None)
    ]


def test_a_short_form_stands_for_the_mention_beside_it() -> None:
    text = "We gave 6-hydroxydopamine (6-OHDA) and 1,2-dimethylhydrazine (1,2-DMH)."
    found = resolve(text, ("6-hydroxydopamine", CHEMICAL), ("6-OHDA", CHEMICAL), ("1,2-dimethylhydrazine", CHEMICAL), ("1,2-DMH", CHEMICAL))
    assert found[0][0] == found[1][0] == ("mesh:D016627",)
    assert found[2][0] == found[3][0] == ("mesh:D019813",)
    text = "Primary open angle glaucoma is common; POAG is treated."
    assert resolve(text, ("Primary open angle glaucoma", DISEASE), ("POAG", DISEASE))[1][0] == ("mesh:D005902",)


def test_one_disease_has_one_identifier() -> None:
    assert LINKER.canonical("mesh:D001943") == "mesh:D001943"
    assert LINKER.canonical("doid:106") == "mesh:D014396"
    assert LINKER.canonical("omim:267500") == LINKER.canonical("mesh:C538361")
    assert LINKER.canonical("omim:000000") == "omim:000000"


def test_the_threshold_decides() -> None:
    fitted = {DISEASE: {"bias": 0.0, "weights": {"x": 2.0}, "threshold": 0.5}}
    scorer = Scorer(fitted)
    assert scorer.probability(DISEASE, Match(("mesh:D1",), {"x": 1.0, "unheard of": 9.0})) == 0.8808
    assert scorer.probability(CHEMICAL, Match(("mesh:D1",))) is None
    assert scorer.accepts(DISEASE, 0.5)
    assert not scorer.accepts(DISEASE, 0.4999)
    assert scorer.accepts(CHEMICAL, None)
    assert scorer.probability(DISEASE, Match(("mesh:D1",), {"x": 1e9})) == 1.0


def test_every_type_is_calibrated_on_held_out_documents() -> None:
    links = LINKER._vocabulary.manifest["links"]
    assert set(links) == {kind.value for kind in EntityType}
    for kind in ("Disease", "Chemical", "Gene", "Species"):
        assert links[kind]["held_out"]["mentions"] > 3000
        assert links[kind]["held_out"]["ece"] < 0.05
        assert 0 <= links[kind]["threshold"] < 1


WORDS = st.lists(
    st.sampled_from(["breast", "cancer", "renal", "and", "(", ")", "POAG", "glaucoma", "type", "II", "IL-6", "β", "𝒜", "\u200b", ",", "/"]),
    min_size=1, max_size=14,
)  # fmt: skip


@given(st.lists(st.tuples(WORDS.map(" ".join), st.sampled_from(EntityType)), min_size=1, max_size=6), st.integers(0, 2**31))
def test_scores_are_probabilities_and_do_not_depend_on_the_order(mentions: list[tuple[str, EntityType]], seed: int) -> None:
    text, spans = "", []
    for words, kind in mentions:
        spans.append((len(text), len(text) + len(words), kind))
        text += words + ". "
    links = dict(zip(spans, LINKER.resolve("pubmed:1", text, spans), strict=True))
    for link in links.values():
        assert (link.score is None) == any(curie.startswith("local:") for curie in link.identifiers)
        assert link.score is None or 0 <= link.score <= 1
    shuffled = random.Random(seed).sample(spans, len(spans))
    assert dict(zip(shuffled, Linker(LINKER._vocabulary).resolve("pubmed:1", text, shuffled), strict=True)) == links


@pytest.mark.parametrize("unit", ["a", "breast cancer ", "(", "1/", "and ", "A and B, ", "ß\u0301", "p.V600E ", "- ", "Aa"])
@pytest.mark.parametrize("kind", EntityType)
@pytest.mark.timeout(20)
def test_a_hostile_mention_costs_little(unit: str, kind: EntityType) -> None:
    for size in (199, 10_000):
        text = (unit * size)[:size]
        assert len(LINKER.resolve("pubmed:1", text, [(0, size, kind)] * 3)) == 3
