"""Valid inputs that mutations begin from: the project's own test data, and what its writers write."""

import gzip
import itertools
import json
from functools import cache
from pathlib import Path

from processors.sources import read
from processors.sources.jsonl import write_jsonl

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data"
GOLDEN = ROOT / "tests" / "golden"

NBIB = b"""PMID- 6827202
OWN - NLM
STAT- MEDLINE
DP  - 1983 Feb
TI  - Reversal by naloxone of the antihypertensive action of clonidine (CLO) in
      spontaneously hypertensive rats.
AB  - BACKGROUND: In unanesthetized rats, clonidine did not lower blood pressure. RESULTS: p < 0.05.
PT  - Retracted Publication
RIN - Circulation. 1984. PMID: 6203638
AID - 10.1161/01.cir.67.2.371 [doi]

PMID- 7
TI  - A second one.
"""
JATS = b"""<?xml version="1.0"?>
<pmc-articleset><article article-type="retraction"><front><journal-meta><journal-title>J</journal-title></journal-meta><article-meta>
<article-id pub-id-type="pmid">123</article-id><article-id pub-id-type="pmc">PMC77</article-id>
<title-group><article-title>Of <italic>BRCA1</italic> and <inline-formula><mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:msup>
<mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math></inline-formula></article-title></title-group>
<pub-date><year>2020</year><month>2</month></pub-date><related-article related-article-type="retracted-article" ext-link-type="pubmed"
 xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="99"/>
<abstract><sec><title>Methods</title><p>One &amp; two.</p></sec></abstract></article-meta></front>
<body><sec><title>Intro</title><p>Text.</p></sec></body></article></pmc-articleset>
"""
BIOC = b"""<?xml version="1.0"?><!DOCTYPE collection SYSTEM "BioC.dtd"><collection><source>s</source><date>d</date><key>k</key>
<document><id>1</id><infon key="year">2001</infon>
<passage><infon key="type">title</infon><offset>0</offset><text>BRCA1 \xce\xb1 gene.</text>
<annotation id="1"><infon key="type">Gene</infon><infon key="identifier">672</infon><location offset="0" length="5"/><text>BRCA1</text>
</annotation></passage><passage><infon key="type">abstract</infon><offset>15</offset><sentence><offset>15</offset><text>Aspirin here.</text>
<annotation id="2"><infon key="type">Chemical</infon><infon key="MESH">D001241</infon><location offset="15" length="7"/><text>Aspirin</text>
</annotation></sentence></passage><relation id="R1"><infon key="type">Association</infon><infon key="entity1">672</infon>
<infon key="entity2">D001241</infon><node refid="1" role="a"/><node refid="2" role="b"/></relation></document></collection>
"""
BIOC_JSON = (
    json.dumps({
        "source": "s", "date": "d", "key": "k", "infons": {}, "documents": [{"id": "1", "infons": {"year": "2001"}, "passages": [
            {"offset": 0, "infons": {"type": "title"}, "text": "BRCA1 α gene.", "sentences": [], "relations": [], "annotations": [
                {"id": "1", "infons": {"type": "Gene", "identifier": "672"}, "text": "BRCA1", "locations": [{"offset": 0, "length": 5}]}]},
            {"offset": 14, "infons": {"type": "abstract"}, "text": "Aspirin here.", "sentences": [], "relations": [], "annotations": [
                {"id": "2", "infons": {"type": "Chemical", "identifier": "MESH:D001241"}, "text": "Aspirin",
                 "locations": [{"offset": 14, "length": 7}]}]}], "annotations": [], "relations": [
                    {"id": "R1", "infons": {"type": "Association", "entity1": "672", "entity2": "D001241"}, "nodes": []}]}],
    }, ensure_ascii=False).encode()
    + b"\n"
)  # fmt: skip
EASY = b"""{"id": "12345678", "title": "Naloxone reverses it", "abstract": "METHODS: In rats. RESULTS: None.", "published": "2021-05"}
{"id": 7, "pmid": 8, "title": "caf\\u00e9", "abstract": null, "language": "eng", "journal": "J"}
"""
TEXT = "A title of a paper.\n\nBACKGROUND: Some words (SW) and α-synuclein, p53. METHODS: e.g. these.\n© 2020 Elsevier B.V.\n".encode()
RETRACTIONS = b"""Record ID,Title,OriginalPaperPubMedID,OriginalPaperDOI,RetractionPubMedID,RetractionNature,RetractionDate,Notes
1,"A, ""b""
c",123,10.1/x,456,Retraction,1/2/2020 0:00,+x
2,d,0,unavailable,0,Expression of concern,3/4/2021 0:00,
3,e,"789;790",,,Reinstatement,5/6/2022 0:00,
"""

APART = b"\n=====\n"
"""Between the two files of an input that is two files."""
NODES = b"""id\tcategory\tname\txref
MESH:D003924\tbiolink:Disease\tDiabetes\tDOID:9352|x
NCBIGene:672\tbiolink:Gene\tBRCA1\t
"""
EDGES = b"""subject\tpredicate\tobject\tnegated\tpublications\thas_confidence_score
NCBIGene:672\tbiolink:affects\tMESH:D003924\tfalse\tPMID:1|PMID:2\t0.5
"""
KGX_LINES = (
    b"""{"id": "MESH:D1", "category": ["biolink:Disease"], "name": "x", "xref": ["DOID:1"]}
{"id": "NCBIGene:1", "category": "biolink:Gene"}
"""
    + APART
    + b"""{"subject": "MESH:D1", "predicate": "affects", "object": "NCBIGene:1", "has_confidence_score": 0.25, "negated": true}
{"subject": "NCBIGene:1", "predicate": "biolink:x y", "object": "MESH:D1", "publications": ["PMID:1"], "evidence_count": 3}
"""
)
OBO = b"""format-version: 1.2

[Term]
id: DOID:9351
name: a disease
xref: MESH:D003924 {source="x"}
is_a: DOID:4 ! disease

[Term]
id: DOID:4
name: disease
is_obsolete: true

[Typedef]
id: part_of
"""
MESH = b"""*NEWRECORD
RECTYPE = D
MH = Calcimycin
MN = D03.633.100.221
MN = D02
UI = D000001

*NEWRECORD
MH = Organic
MN = D03.633.100
UI = D000002
"""
MESH_TABLE = b"mesh_id\tmesh_name\tmesh_tree_number\nD000001\tCalcimycin\tD03.633.100.221\nD000002\tx\tD03.633.100\n"
HETIONET = (
    b"id\tname\tkind\nGene::9021\tSOCS3\tGene\nDisease::DOID:9352\tdiabetes\tDisease\n"
    + APART
    + b"source\tmetaedge\ttarget\nDisease::DOID:9352\tDaG\tGene::9021\n"
)


@cache
def pubmed() -> tuple[bytes, ...]:
    """PubMed's own records, one file for each two of them."""
    head, tail = b'<?xml version="1.0" encoding="utf-8"?>\n<PubmedArticleSet>\n', b"</PubmedArticleSet>\n"
    whole = gzip.decompress((DATA / "pubmed_update.xml.gz").read_bytes())
    records = [
        b"<PubmedArticle>" + part.split(b"</PubmedArticle>")[0] + b"</PubmedArticle>\n" for part in whole.split(b"<PubmedArticle>")[1:]
    ]
    deletion = b"<DeleteCitation><PMID Version='1'>7</PMID><PMID>8</PMID></DeleteCitation>\n"
    small = sorted(records, key=len)[:8]
    return tuple(head + b"".join(pair) + deletion + tail for pair in itertools.pairwise(small))


@cache
def pubtator() -> tuple[bytes, ...]:
    """One document of each of three corpora."""
    names = ("biored_small", "bc5cdr_small", "ncbi_small")
    return tuple(b"\n\n".join((DATA / f"{name}.pubtator").read_bytes().split(b"\n\n")[:1]) + b"\n\n" for name in names)


@cache
def records(kind: str) -> tuple[bytes, ...]:
    """The golden records of a kind (`abstract`), of every version."""
    return tuple(json.dumps(json.loads(file.read_bytes())).encode() for file in sorted((GOLDEN / f"biorelay.{kind}").glob("*/*.json")))


@cache
def texts() -> tuple[bytes, ...]:
    """Titles and abstracts, with what their fields look like."""
    found = [abstract.text.encode() for abstract in itertools.islice(_dev(), 12)]
    return (
        *found,
        TEXT,
        "A tumour (TNF-α) [IL-6]. e.g. 5 vs. 3; Fig. 2! \u202eabc İstanbul ﬀ, A76T p.Val600Glu c.76A>T rs1800562".encode(),
    )


@cache
def lines() -> bytes:
    """Two whole records and the easy shape, as JSON lines."""
    return b"".join(write_jsonl(itertools.islice(_dev(), 2))) + EASY


def _dev():  # type: ignore[no-untyped-def]
    from processors.records import Abstract

    return (outcome for outcome in read(DATA / "biored_dev.jsonl") if isinstance(outcome, Abstract))
