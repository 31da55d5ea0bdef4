"""DDI-2013 and the PPI corpora: sentences in XML, mentions in parts, pairs with and without an interaction."""

import zipfile
from pathlib import Path

import pytest

from models.corpora.errors import CorpusBroken, CorpusMissing
from models.corpora.registry import CORPORA
from models.corpora.relations.ddi import FOLDERS
from models.corpora.relations.reading import read_pairs
from models.corpora.relations.tables import read_xml

TEXT = "Vitamin D2 and D3 raise warfarin."
DDI = f"""<?xml version="1.0" encoding="UTF-8"?>
<document id="DDI-MedLine.d1"><sentence id="d1.s0" text="{TEXT}&#xd;&#xa;">
<entity id="e0" charOffset="0-9" type="drug" text="Vitamin D2"/>
<entity id="e1" charOffset="0-6;15-16" type="drug" text="Vitamin D3"/>
<entity id="e2" charOffset="24-31" type="brand" text="warfarin"/>
<pair id="p0" e1="e0" e2="e1" ddi="false"/>
<pair id="p1" e1="e0" e2="e2" ddi="true" type="effect"/>
<pair id="p2" e1="e1" e2="e2" ddi="true"/>
</sentence><sentence id="d1.s1" text="Nothing here."/></document>"""

PPI = """<?xml version="1.0" encoding="UTF-8"?>
<corpus source="BioInfer"><document id="B.d0" origId="9234509" set="train">
<sentence charOffset="0-30" id="B.d0.s0" text="ActA and beta actin and cofilin bind.">
<entity charOffset="24-31" id="B.d0.s0.e0" text="cofilin" type="Individual_protein"/>
<entity charOffset="0-4" id="B.d0.s0.e1" text="ActA" type="Individual_protein"/>
<entity charOffset="0-4" id="B.d0.s0.e2" text="ActA" type="Gene"/>
<entity charOffset="9-13,32-36" id="B.d0.s0.e3" text="beta bind" type="Gene"/>
<interaction e1="B.d0.s0.e0" e2="B.d0.s0.e2" id="i0" type="PPI"/>
<interaction e1="B.d0.s0.e0" e2="B.d0.s0.e3" id="i1" type="PPI"/>
</sentence></document></corpus>"""


def lay_ddi(data: Path, xml: str, folder: str = FOLDERS["train"]) -> None:
    path = data / "ddi2013" / "DDICorpus-2013.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{folder}MedLine/1.xml", xml)
        archive.writestr(f"{folder}MedLine/.DS_Store", b"\x00\x01")


def lay_ppi(data: Path, xml: str) -> None:
    (data / "ppi").mkdir()
    (data / "ppi" / "BioInfer-train.xml").write_text(xml, encoding="utf-8")


def test_drug_interactions_are_read_with_their_types(tmp_path: Path) -> None:
    lay_ddi(tmp_path, DDI)
    found = read_pairs(CORPORA["ddi-2013"], "train", tmp_path)
    assert [(p.id, p.labels) for p in found] == [("p0", ()), ("p1", ("effect",)), ("p2", ("untyped",))]
    assert {p.text for p in found} == {TEXT}
    ends = [[TEXT[slice(*end.spans[0])] for end in (p.head, p.tail)] for p in found]
    assert ends == [["Vitamin D2", "D3"], ["Vitamin D2", "warfarin"], ["Vitamin", "warfarin"]]
    assert [end.ids for end in found[0].others] == [("e2",)]
    assert CORPORA["ddi-2013"].count("train", tmp_path) == {
        "documents": 1,
        "sentences": 2,
        "mentions": {"brand": 1, "drug": 2},
        "pairs": 3,
        "relations": {"effect": 1, "untyped": 1},
    }


def test_a_misplaced_mention_is_counted(tmp_path: Path) -> None:
    lay_ddi(tmp_path, DDI.replace("24-31", "23-30"))
    assert CORPORA["ddi-2013"].count("train", tmp_path)["misplaced"] == 1


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('e2="e2" ddi="true"/>', 'e2="e9" ddi="true"/>', "an end that is no entity"),
        ('ddi="false"', 'ddi="perhaps"', "neither true nor false"),
        ('ddi="false"', "", "has no ddi"),
        ('charOffset="24-31"', 'charOffset="24-99"', "none of its sentence"),
        ('charOffset="24-31"', 'charOffset="31-24"', "none of its sentence"),
        ('charOffset="24-31"', 'charOffset="x"', "the offset 'x' is none"),
        ("</document>", "", "not well-formed"),
        ("<document ", '<!DOCTYPE d [<!ENTITY a "b">]><document ', "not readable as XML"),
    ],
)
def test_a_broken_document_is_named(tmp_path: Path, old: str, new: str, reason: str) -> None:
    lay_ddi(tmp_path, DDI.replace(old, new))
    with pytest.raises(CorpusBroken, match=reason) as caught:
        read_pairs(CORPORA["ddi-2013"], "train", tmp_path)
    assert "MedLine/1.xml" in str(caught.value)
    assert caught.value.remedy


def test_a_zip_without_the_split_or_that_is_none_is_named(tmp_path: Path) -> None:
    lay_ddi(tmp_path, DDI, folder="Elsewhere/")
    with pytest.raises(CorpusMissing, match="no XML file under DDICorpus/Train/"):
        read_pairs(CORPORA["ddi-2013"], "train", tmp_path)
    (tmp_path / "ddi2013" / "DDICorpus-2013.zip").write_bytes(b"PK\x03\x04 cut short")
    with pytest.raises(CorpusBroken, match="not a whole zip file"):
        read_pairs(CORPORA["ddi-2013"], "train", tmp_path)


def test_proteins_of_one_place_count_once_and_parted_ones_take_no_part(tmp_path: Path) -> None:
    lay_ppi(tmp_path, PPI)
    (pair,) = read_pairs(CORPORA["bioinfer"], "train", tmp_path)
    assert [pair.text[slice(*end.spans[0])] for end in (pair.head, pair.tail)] == ["ActA", "cofilin"]
    assert (pair.labels, pair.document, pair.directed) == (("PPI",), "9234509", False)
    assert CORPORA["bioinfer"].count("train", tmp_path) == {
        "documents": 1,
        "sentences": 1,
        "mentions": {"Gene": 2, "Individual_protein": 2},
        "partitioned": 1,
        "doubled": 1,
        "pairs": 1,
        "relations": {"PPI": 1},
    }


def test_an_interaction_of_nothing_is_refused(tmp_path: Path) -> None:
    lay_ppi(tmp_path, PPI.replace('e2="B.d0.s0.e3"', 'e2="B.d0.s0.e7"'))
    with pytest.raises(CorpusBroken, match=r"B\.d0\.s0\.e7 is no entity"):
        read_pairs(CORPORA["bioinfer"], "train", tmp_path)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"<a>\x00</a>", b'<?xml version="1.0" encoding="no-such"?><a/>', b"not xml"])
def test_what_is_no_xml_is_refused(data: bytes) -> None:
    with pytest.raises(CorpusBroken, match=r"corpus\.xml"):
        read_xml(data, "corpus.xml")


def test_a_declared_document_type_alone_is_fine() -> None:
    assert read_xml(b'<!DOCTYPE a PUBLIC "-//X//EN" "x.dtd"><a/>', "corpus.xml").tag == "a"
