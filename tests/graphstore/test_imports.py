"""Reading the files of outside graphs: every format, and what is wrong with them."""

import gzip
import json
from pathlib import Path

import pytest

from graphstore import GraphBadImport
from graphstore.imports import IMPORTS, open_import
from graphstore.imports.hetionet import KINDS, PREDICATES
from graphstore.imports.mapping import read_mapping
from graphstore.imports.prefixes import normalised
from processors.outputs.kgx import biolink_curie

MODEL = json.loads((Path(__file__).parents[1] / "data" / "biolink_4.4.json").read_text(encoding="utf-8"))
NODES = (
    "id\tcategory\tname\txref\n"
    "DRUGBANK:DB1\tbiolink:SmallMolecule|biolink:Drug\tAspirin\tCHEBI:1|MESH:D001\n"
    "DOID:2\tbiolink:Disease\tpain\t\n"
)
EDGES = (
    "subject\tpredicate\tobject\tpublications\tnegated\thas_confidence_score\n"
    "DRUGBANK:DB1\tbiolink:treats\tDOID:2\tPMID:1|PMID:2\ttrue\t0.5\n"
)
OBO = """format-version: 1.2

[Term]
id: DOID:1
name: disease
xref: MSH:D1

[Term]
id: DOID:2
name: pain
xref: MESH:D2 "said so"
xref: MESH:D3
is_a: DOID:1 ! disease
is_a: DOID:9 {source="x"} ! gone

[Term]
id: DOID:9
name: old
is_obsolete: true

[Typedef]
id: part_of
is_a: other
"""


def written(folder: Path, **files: str | bytes) -> list[Path]:
    places = []
    for name, content in files.items():
        place = folder / name
        place.write_bytes(content.encode() if isinstance(content, str) else content)
        places.append(place)
    return places


def test_kgx_tables(tmp_path: Path) -> None:
    reading = open_import("kgx", written(tmp_path, nodes=NODES, edges=gzip.compress(EDGES.encode())), source="drugs")
    first, second = reading.nodes()
    assert (first.curie, first.name, first.category) == ("drugbank:DB1", "Aspirin", "biolink:SmallMolecule|biolink:Drug")
    assert (first.rest, second.rest) == ({"xref": "CHEBI:1|MESH:D001"}, {})
    (edge,) = reading.edges()
    assert (edge.subject, edge.predicate, edge.object, edge.negated) == ("drugbank:DB1", "biolink:treats", "doid:2", True)
    assert (edge.publications, edge.rest) == (("pubmed:1", "pubmed:2"), {"has_confidence_score": 0.5})
    assert (edge.primary_source, edge.knowledge_level, edge.line) == ("infores:drugs", "not_provided", 2)
    assert reading.share == 1.0


def test_kgx_json_lines(tmp_path: Path) -> None:
    nodes = '{"id":"MONDO:1","category":["biolink:Disease"],"name":"x","deprecated":true}\n{"id":"HGNC:2","category":"biolink:Gene"}\n'
    edges = '{"subject":"HGNC:2","predicate":"related to","object":"MONDO:1","publications":["PMID:7"],"p_value":0.5}\n'
    reading = open_import("kgx", written(tmp_path, nodes=nodes, edges=edges), source="x")
    assert [(n.curie, n.category, n.rest) for n in reading.nodes()] == [
        ("mondo:1", "biolink:Disease", {"deprecated": True}),
        ("hgnc:2", "biolink:Gene", {}),
    ]
    (edge,) = reading.edges()
    assert (edge.predicate, edge.publications, edge.rest) == ("biolink:related_to", ("pubmed:7",), {"p_value": 0.5})


def test_identifiers_by_cross_references_and_by_tables(tmp_path: Path) -> None:
    files = written(tmp_path, nodes=NODES, edges=EDGES)
    reading = open_import("kgx", files, source="x", prefer=["mesh", "chebi"])
    assert [(n.curie, n.rest.get("original_id")) for n in reading.nodes()] == [("mesh:D001", "drugbank:DB1"), ("doid:2", None)]
    (edge,) = reading.edges()
    assert (edge.subject, edge.rest["original_subject"], edge.rest["original_object"]) == ("mesh:D001", "drugbank:DB1", "doid:2")
    plain = written(tmp_path, map="id\tname\txrefs\nDOID:2\tpain\tMESH:D010146\nDOID:2\tpain\tMESH:D9\n")
    sssom = written(
        tmp_path, sssom="#curie_map: {}\nsubject_id\tpredicate_id\tobject_id\tx\nDRUGBANK:DB1\tskos:exactMatch\tMESH:D001241\tsemapv:a\n"
    )
    same = read_mapping(plain + sssom)
    assert same == {"doid:2": "mesh:D010146", "drugbank:DB1": "mesh:D001241"}
    mapped = open_import("kgx", files, source="x", same=same)
    assert [n.curie for n in mapped.nodes()] == ["mesh:D001241", "mesh:D010146"]
    assert len({r.fingerprint for r in (open_import("kgx", files, source="x"), reading, mapped)}) == 3
    with pytest.raises(GraphBadImport, match="maps no identifier"):
        read_mapping(written(tmp_path, none="no curie\there\n"))


def test_hetionet(tmp_path: Path) -> None:
    nodes = "id\tname\tkind\nGene::672\tBRCA1\tGene\nDisease::DOID:2\tpain\tDisease\nSymptom::D003\tcough\tSymptom\n"
    edges = "source\tmetaedge\ttarget\nDisease::DOID:2\tDdG\tGene::672\nDisease::DOID:2\tDpS\tSymptom::D003\n"
    reading = open_import("hetionet", written(tmp_path, nodes=nodes, edges=edges), source="hetionet")
    assert [n.curie for n in reading.nodes()] == ["ncbigene:672", "doid:2", "mesh:D003"]
    down, presents = reading.edges()
    assert (down.predicate, down.rest["object_direction_qualifier"]) == ("biolink:affects", "downregulated")
    assert (presents.predicate, presents.rest) == ("biolink:has_phenotype", {"original_predicate": "hetionet:DpS"})


def test_hetionets_predicates_are_biolinks_own() -> None:
    assert len(PREDICATES) == 24
    assert {f"biolink:{name}" for name, _ in PREDICATES.values()} <= MODEL["predicates"].keys()
    assert len(KINDS) == 11


def test_obo(tmp_path: Path) -> None:
    files = written(tmp_path, doid=OBO)
    reading = open_import("do", files, source="do")
    assert [(n.curie, n.name, n.category) for n in reading.nodes()] == [
        ("doid:1", "disease", "biolink:Disease"),
        ("doid:2", "pain", "biolink:Disease"),
    ]
    assert [(e.subject, e.predicate, e.object, e.line) for e in reading.edges()] == [
        ("doid:2", "biolink:subclass_of", "doid:1", 13),
        ("doid:2", "biolink:subclass_of", "doid:9", 14),
    ]
    by_mesh = open_import("do", files, source="do", prefer=["mesh"])
    assert [n.curie for n in by_mesh.nodes()] == ["mesh:D1", "doid:2"], "two references to MeSH say nothing for sure"
    go = written(tmp_path, go=OBO.replace("name: pain", "name: pain\nnamespace: molecular_function"))
    assert [n.category for n in open_import("go", go, source="go").nodes()] == ["biolink:OntologyClass", "biolink:MolecularActivity"]


def test_mesh(tmp_path: Path) -> None:
    trees = "mesh_id\tmesh_name\tmesh_tree_number\nD1\tNeoplasms\tC04\nD2\tCysts\tC04.182\n"
    trees += "D3\tBone Cysts\tC04.182.089\nD3\tBone Cysts\tC05.116\n"
    binary = "*NEWRECORD\nRECTYPE = D\nMH = Neoplasms\nMN = C04\nUI = D1\n\n*NEWRECORD\nMH = Cysts\nMN = C04.182\nMN = F03.1\nUI = D2\n"
    tables = "MESH_ID\tMESH_NAME\tPARENT_MESH_ID\nD1\tNeoplasms\t\nD2\tCysts\tD1\n"
    scr = "MESH_SCR_ID\tMESH_SCR_NAME\tMESH_ID\nC7\tRare Cyst\tD2\n"

    def edges(*files: Path) -> list[tuple[str, str]]:
        return [(e.subject[5:], e.object[5:]) for e in open_import("mesh", files, source="mesh").edges()]

    (tree,) = written(tmp_path, tree=trees)
    assert edges(tree) == [("D2", "D1"), ("D3", "D2")]
    (ascii_,) = written(tmp_path, ascii_=binary)
    assert edges(ascii_) == [("D2", "D1")]
    assert [n.category for n in open_import("mesh", [ascii_], source="m").nodes()] == ["biolink:Disease", "biolink:Disease"]
    both = written(tmp_path, tables=tables, scr=scr)
    assert edges(*both) == [("C7", "D2"), ("D2", "D1")]


@pytest.mark.parametrize(
    ("form", "nodes", "edges", "message"),
    [
        ("kgx", "", EDGES, "nodes is empty"),
        ("kgx", NODES, "", "edges is empty"),
        ("kgx", "name\tcategory\nx\ty\n", EDGES, "nodes, line 1: there is no column id"),
        ("kgx", NODES, "subject\tobject\nA:1\tB:2\n", "edges, line 1: there is no column predicate"),
        ("kgx", NODES, EDGES.replace("biolink:treats", ""), "edges, line 2: predicate is empty"),
        ("kgx", NODES, EDGES.replace("DOID:2", "pain"), "edges, line 2: object 'pain' is not a CURIE"),
        ("kgx", NODES, EDGES.replace("DOID:2", ""), "edges, line 2: object is empty"),
        ("kgx", NODES, EDGES.replace("true", "perhaps"), "edges, line 2: negated is 'perhaps'"),
        ("kgx", NODES, EDGES + "A:1\tb\tC:2\t\t\t\tmore\n", "edges, line 3: there are 7 cells and 6 columns"),
        ("kgx", NODES.replace("biolink:Disease", ""), EDGES, "nodes, line 3: category is empty"),
        ("kgx", NODES.encode().replace(b"pain", b"pa\xffn"), EDGES, "nodes, line 3: byte 26 is not UTF-8"),
        ("kgx", NODES.replace("pain", "pa\x00n"), EDGES, "nodes, line 3: there is a NUL byte"),
        ("kgx", NODES.replace("name\txref", "name\tname"), EDGES, "nodes, line 1: a column is named twice"),
        ("kgx", gzip.compress(NODES.encode())[:-9], EDGES, "nodes: the compressed data"),
        ("kgx", b"PK\x03\x04rest", EDGES, "nodes: the file is a zip archive"),
        ("kgx", NODES, '{"subject":"A:1","object":"B:2"}\n', "edges, line 1: there is no predicate"),
        ("kgx", NODES, '{"subject":"A:1",\n', "edges, line 1: this is no JSON object of its own"),
        ("kgx", NODES, '{"nodes":[\n', "edges, line 1: this is no JSON object of its own"),
        ("kgx", NODES, '{"subject":"A:1","predicate":"b","object":"C:1"}\n[1]\n', "edges, line 2: this is no JSON object"),
        ("kgx", NODES, '{"subject":"A:\\ud800","predicate":"b","object":"C:1"}\n', "edges, line 1: there is half a character"),
        ("kgx", NODES, '{"subject":"A:1","predicate":"b","object":"C:1","p_value":NaN}\n', "edges, line 1: this is no JSON object"),
        ("hetionet", "id\tname\tkind\nGene:672\tx\tGene\n", "", "nodes, line 2: 'Gene:672' is not a node of Hetionet"),
        ("hetionet", "id\tname\tkind\n", "source\tmetaedge\ttarget\nGene::1\tGxG\tGene::2\n", "edges, line 2: 'GxG' is not a metaedge"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(tmp_path: Path, form: str, nodes: str | bytes, edges: str | bytes, message: str) -> None:
    reading = open_import(form, written(tmp_path, nodes=nodes, edges=edges), source="x")
    with pytest.raises(GraphBadImport) as caught:
        list(reading.nodes()), list(reading.edges())
    assert message in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("form", "content", "message"),
    [
        ("do", "", "holds no [Term]"),
        ("do", "[Term]\nname: x\n", "line 1: id is empty"),
        ("do", "[Term]\nid: DOID:1\nis_a: no curie\n", "line 3: is_a 'no curie' is not a CURIE"),
        ("go", "[Term]\nwhat is this\n", "line 2: 'what is this' is no tag"),
        ("mesh", "", "is empty"),
        ("mesh", "a\tb\n", "line 1: this is no header of a MeSH table"),
        ("mesh", "mesh_id\tmesh_name\tmesh_tree_number\n", "holds no descriptor"),
        ("mesh", "mesh_id\tmesh_name\tmesh_tree_number\n\tx\tC01\n", "line 2: mesh_id is empty"),
    ],
)
def test_what_is_wrong_with_an_ontology(tmp_path: Path, form: str, content: str, message: str) -> None:
    reading = open_import(form, written(tmp_path, ontology=content), source="x")
    with pytest.raises(GraphBadImport) as caught:
        list(reading.nodes()), list(reading.edges())
    assert message in str(caught.value)


def test_files_that_cannot_be_opened_are_told_at_once(tmp_path: Path) -> None:
    (here,) = written(tmp_path, nodes=NODES)
    for files, message in (([here], "1 files are named"), ([here, tmp_path / "no"], "cannot be read"), ([here, tmp_path], "is a folder")):
        with pytest.raises(GraphBadImport, match=message):
            open_import("kgx", files, source="x")
    with pytest.raises(GraphBadImport, match="no format 'rdf'"):
        open_import("rdf", [here], source="x")
    assert IMPORTS == ("kgx", "hetionet", "mesh", "do", "go", "obo")


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("NCBIGene:672", "ncbigene:672"),
        ("Entrez:672", "ncbigene:672"),
        ("MSH:D003924", "mesh:D003924"),
        ("UMLS_CUI:C01", "umls:C01"),
        ("PMID:12", "pubmed:12"),
        ("PUBCHEM.COMPOUND:2244", "pubchem.compound:2244"),
        ("Orphanet:58", "orphanet:58"),
        ("hgvs:NM_007294.3%3Ac.68A%3EG", "hgvs:NM_007294.3:c.68A>G"),
        ("no curie", None),
        (":x", None),
        ("x:", None),
        ("x:%20", None),
        ("", None),
    ],
)
def test_prefixes(theirs: str, ours: str | None) -> None:
    assert normalised(theirs) == ours


@pytest.mark.parametrize("curie", ["local:pubmed:1#Gene:a%7Cb%20c", "hgvs:NM_1.3:c.6A>G", "doid:1", "uniprot:P1", "fplx:AMPK", "dbsnp:rs1"])
def test_our_curies_come_back(curie: str) -> None:
    assert normalised(biolink_curie(curie)) == curie
