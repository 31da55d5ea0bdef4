"""Names of the knowledge bases in text: the longest wins, whatever the spelling, and names that mislead are dropped."""

from models.corpora.documents import Document, GoldMention
from models.corpora.knowledge import Name
from models.evaluation.baselines.gazetteer import Gazetteer, KnownNames
from models.evaluation.baselines.words import words_of
from processors.records import EntityType

GENE, DISEASE, CHEMICAL = EntityType.GENE, EntityType.DISEASE, EntityType.CHEMICAL
NAMES = [
    Name(DISEASE, "Breast Cancer", ("mesh:D001943",)),
    Name(DISEASE, "cancer", ("mesh:D009369",)),
    Name(GENE, "IL-2", ("ncbigene:3558",)),
    Name(CHEMICAL, "IL-2", ("mesh:D007376",)),
    Name(GENE, "IMPACT", ("ncbigene:55364",)),
    Name(GENE, "A", ("ncbigene:1",)),
    Name(GENE, "2004", ("ncbigene:2004",)),
]
GAZETTEER = Gazetteer(NAMES)


def test_the_longest_name_wins_in_any_spelling() -> None:
    words = words_of("IL2, breast-cancer and Cancer; (IL-2 A 2004")
    assert GAZETTEER.matches(words) == [(0, 1, (GENE, CHEMICAL)), (2, 5, (DISEASE,)), (6, 7, (DISEASE,)), (9, 12, (GENE, CHEMICAL))]


def test_a_name_that_training_documents_use_otherwise_is_dropped() -> None:
    text = "The impact of IL-2. An impact again."
    document = Document("biored/train", "1", text[:19], text, (GoldMention(14, 18, GENE, ("3558",)),))
    system = KnownNames(GAZETTEER, [document])
    assert system.find("Impact of IL-2 on cancer") == [(10, 14, GENE), (18, 24, DISEASE)]
    assert KnownNames(GAZETTEER, []).find("Impact") == [(0, 6, GENE)]


def test_corpora_that_do_not_annotate_a_type_say_nothing_about_it() -> None:
    text = "The impact of breast cancer"
    document = Document("ncbi-disease/train", "1", text, text, (GoldMention(14, 27, DISEASE, ()),))
    assert KnownNames(GAZETTEER, [document]).find("impact") == [(0, 6, GENE)]
