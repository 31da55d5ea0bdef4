"""The linking report: what counts as the same identifier, which kind an error is, and the whole of it on one small set."""

from pathlib import Path

import pytest

from models.evaluation.linking_errors import Errors, Invented, Linked, Missed, Wanted
from models.evaluation.linking_report import EXACT, LINKED, MENTIONS, OWN, RAW, ExactNames, evaluate_sets
from models.evaluation.linking_sets import Alternates, LinkingSet, fair_sets, false_free, plain_sets
from models.evaluation.linking_table import is_result, markdown
from processors.records import EntityType
from processors.vocabulary import Vocabulary

DATA = Path(__file__).parents[2] / "data"
GENE, DISEASE, VARIANT = EntityType.GENE, EntityType.DISEASE, EntityType.VARIANT


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.open()


def test_plain_counts_as_scorers_of_pubtator_files_do() -> None:
    sets = plain_sets([(DISEASE, "D1|OMIM:2"), (DISEASE, "D3+D4"), (DISEASE, "-1"), (GENE, "7;8")], (DISEASE, GENE, VARIANT))
    assert sets == {DISEASE: {"D1", "2", "D3+D4"}, GENE: {"7", "8"}, VARIANT: set()}


def test_fair_forgives_conventions() -> None:
    alternates = Alternates({"125310": "D046589"})
    sets = fair_sets(
        [(DISEASE, "OMIM:125310"), (DISEASE, "D046589"), (DISEASE, "D000003+D000004"), (VARIANT, "c|SUB|A|1|T;Gene:5")],
        (DISEASE, VARIANT),
        alternates,
    )
    assert sets == {DISEASE: {"D046589", "D000003", "D000004"}, VARIANT: {"C|SUB|A|1|T"}}
    assert false_free({GENE: {"1", "2", "FPLX:ERK"}}, {GENE: {"1"}}, {"2"}) == {GENE: {"1"}}


@pytest.mark.parametrize(
    ("gold", "found", "kind"),
    [
        (("672",), None, Missed.NER),
        (("999999999",), ("ncbigene:672",), Missed.VOCABULARY),
        (("672",), ("fplx:BRCA",), Missed.FAMILY),
        (("672", "675"), ("ncbigene:675",), Missed.COMPOSITE),
        (("672",), ("local:d#Gene:brca1",), Missed.NOT_FOUND),
        (("7157",), ("ncbigene:675",), Missed.WRONG),
    ],
)
def test_kinds_of_missed_identifiers(vocabulary: Vocabulary, gold: tuple[str, ...], found: tuple[str, ...] | None, kind: Missed) -> None:
    text = "Brca1 is one."
    linked = [Linked(0, 5, GENE, found)] if found else []
    missed, _ = Errors(vocabulary, Alternates()).of("pubmed:1", text, [Wanted(0, 5, GENE, gold)], linked)
    assert [error.kind for error in missed] == [kind]


def test_what_a_threshold_holds_back_is_told_apart(vocabulary: Vocabulary) -> None:
    local, linked = Linked(0, 5, GENE, ("local:d#Gene:x",)), Linked(0, 5, GENE, ("ncbigene:672",))
    missed, _ = Errors(vocabulary, Alternates()).of("pubmed:1", "Brca1.", [Wanted(0, 5, GENE, ("672",))], [local], untold=[linked])
    assert [error.kind for error in missed] == [Missed.THRESHOLD]


def test_where_false_identifiers_come_from(vocabulary: Vocabulary) -> None:
    gold = [Wanted(0, 5, GENE, ()), Wanted(6, 11, GENE, ("672",)), Wanted(12, 17, GENE, ("999999999",))]
    found = [Linked(0, 5, GENE, ("ncbigene:1",)), Linked(6, 11, GENE, ("ncbigene:2",)), Linked(12, 17, GENE, ("ncbigene:3",))]
    found.append(Linked(20, 25, GENE, ("ncbigene:9",)))
    _, false = Errors(vocabulary, Alternates()).of("pubmed:1", "x" * 30, gold, found, neither={"2"})
    assert [(error.identifier, error.kind) for error in false] == [
        ("1", Invented.NO_IDENTIFIER),
        ("3", Invented.INSTEAD_OF_UNKNOWN),
        ("9", Invented.NOT_A_MENTION),
    ]


def test_exact_names_take_the_most_frequent_meaning(vocabulary: Vocabulary) -> None:
    text = "BRCA1 and nothing-of-the-kind"
    links = ExactNames(vocabulary).link("pubmed:1", text, [(0, 5, GENE), (10, len(text), GENE)])
    assert links[0] == ("ncbigene:672",)
    assert links[1][0].startswith("local:pubmed:1#Gene:")


def test_the_whole_report_on_a_small_set(tmp_path: Path) -> None:
    small = LinkingSet("biored/small", "biored_small.pubtator", tuple(EntityType))
    other = LinkingSet("bc5cdr/small", "bc5cdr_small.pubtator", (EntityType.CHEMICAL, EntityType.DISEASE))
    result = evaluate_sets(None, None, DATA, sets=[small, other], training=False)
    assert list(result["sets"]["bc5cdr/small"]) == [MENTIONS, RAW, OWN]
    ways = result["sets"]["biored/small"]
    assert list(ways) == [MENTIONS, RAW]
    assert ways[MENTIONS][LINKED]["plain"]["all"]["f1"] > ways[MENTIONS][EXACT]["plain"]["all"]["f1"] > 30
    counts = ways[RAW][LINKED]["fair"]["all"]
    assert sum(kind["errors"] for kind in ways[RAW]["errors"]["missed"].values()) == counts["fn"]
    assert is_result(result)
    assert not is_result({"schema": "another/1", "sets": {}})
    table = markdown(result, result).splitlines()
    assert "| before |" in table[0]
    assert any(line.startswith("| biored/small | gold mentions | all |") for line in table)
    assert any(line.startswith(f"| bc5cdr/small | {OWN} | all |") for line in table)
    assert any(line.startswith("| identifiers missed |") for line in table)
