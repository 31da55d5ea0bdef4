"""What is read into a graph and asked of it: relations files, outside graphs, tables, mappings, a question's parameters, exports."""

import asyncio
import atexit
import csv
import io
import itertools
import json
import re
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import Any

from defusedxml.ElementTree import fromstring

from biorelay.growing import read_table
from biorelay.loading import REVISION, read_relations
from biorelay.refusals import BadInput
from biorelay.standing import step_of
from graphstore import open_store
from graphstore.contribution import Contribution, Polarity
from graphstore.errors import GraphBadImport, GraphBadQuery, GraphError
from graphstore.exports import EXPORTS, open_export
from graphstore.imports import open_import
from graphstore.imports.mapping import read_mapping
from graphstore.imports.prefixes import normalised
from graphstore.lens import Lens
from graphstore.store import GraphStore
from models.runtime.errors import BiorelayError
from models.runtime.manifest import Manifest
from processors.outputs import OUTPUTS, open_output
from processors.records import Entities, EntityType, Predicate, Relations, Revision
from processors.records import Question as Asked
from processors.sources import Problem
from tests.fuzz import samples
from tests.fuzz.messages import LONGEST_MESSAGE
from tests.fuzz.target import Target, dice, need, text_of


def relations(data: bytes) -> None:
    """`graph load`: a line is a record that makes a contribution, or a problem."""
    for found in read_relations(io.BytesIO(data)):
        if isinstance(found, Problem):
            need(len(str(found)) <= LONGEST_MESSAGE, "a message is too long")
        else:
            with suppress(GraphError):
                Contribution.of(found, REVISION)


def outside(form: str, data: bytes) -> None:
    """An import's nodes and edges, or a `GraphBadImport`; they can be written as JSON and as UTF-8, as the stores write them."""
    with tempfile.TemporaryDirectory(prefix="fuzz") as folder:
        files = []
        for number, part in enumerate(data.split(samples.APART)[:2]):
            files.append(Path(folder) / f"{number}.txt")
            files[-1].write_bytes(part)
        try:
            reading = open_import(form, files, source="x", prefer=("mesh",) if dice(data, 3) == 0 else ())
            for node in reading.nodes():
                json.dumps([*node], allow_nan=False, ensure_ascii=False).encode()
            for edge in reading.edges():
                json.dumps([*edge], allow_nan=False, ensure_ascii=False).encode()
            reading.fingerprint  # noqa: B018  read for its errors
        except GraphBadImport as error:
            need(len(str(error)) <= LONGEST_MESSAGE, f"a message has {len(str(error))} characters")


def table(data: bytes) -> None:
    """`graph growth`'s tables."""
    with tempfile.TemporaryDirectory(prefix="fuzz") as folder:
        path = Path(folder) / "rows.tsv"
        path.write_bytes(data)
        with suppress(BadInput):
            read_table(path)


def mapping(data: bytes) -> None:
    """Tables of identifiers to write instead."""
    with tempfile.TemporaryDirectory(prefix="fuzz") as folder:
        path = Path(folder) / "map.tsv"
        path.write_bytes(data)
        with suppress(GraphBadImport):
            for theirs, ours in read_mapping([path]).items():
                need(theirs != ours, "an identifier is mapped to itself")


def prefixes(data: bytes) -> None:
    """An identifier in our prefixes stays as it is when it is written in them again."""
    found = normalised(text_of(data))
    if found is not None and "%" not in found:
        need(normalised(found) == found, "a CURIE in our prefixes is written in another way again")


def manifest(data: bytes) -> None:
    """An artefact's manifest."""
    with suppress(ValueError):
        found = Manifest.model_validate_json(data)
        need(all("/" not in name for name in found.files), "a file lies outside the artefact's folder")
        found.ner.rule()


def steps(data: bytes) -> None:
    """A standing question's step as a user writes it."""
    with suppress(BadInput):
        step_of(text_of(data))


def outputs(data: bytes) -> None:
    """An entities record and a relations record as every format writes them: UTF-8, and XML and JSON that can be read."""
    first, _, second = data.partition(b"\n")
    try:
        entities = Entities.from_bytes(first)
        found = Relations.from_bytes(second) if second else Relations(id=entities.id, provenance=entities.provenance)
    except BiorelayError:
        return
    for name in OUTPUTS:
        output = open_output(name)
        content = output.begin() + output.write(entities, found) + output.end()
        content.decode()
        if name == "bioc":
            fromstring(content)
        elif name == "bioc-json":
            json.loads(content)
        elif name == "kgx":
            need(set(json.loads(content)) == {"nodes", "edges"}, "a KGX file holds something else than nodes and edges")
        else:
            need(
                name != "jsonl" or all(isinstance(json.loads(line), dict) for line in content.split(b"\n") if line),
                "a line is no JSON object",
            )


FORMULA = ("=", "+", "-", "@")
_NUMBER = re.compile(r"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?")


def exports(data: bytes) -> None:
    """A node and an edge of any texts: each format can be read again, and no cell of a CSV table is a formula."""
    parts = text_of(data).encode("utf-8", "replace").decode().split("\n")
    get = lambda number: parts[number % len(parts)]  # noqa: E731
    node = {"id": get(0), "name": get(1), "category": [get(2), get(3)]}
    edge = {
        "id": get(4),
        "subject": get(0),
        "predicate": get(2),
        "object": get(1),
        "negated": False,
        "evidence_count": 2,
        "sentences": [get(3), get(4)],
    }
    for name in EXPORTS:
        export = open_export(name)
        whole: dict[str, bytes] = dict.fromkeys(export.files, b"")
        for file, head in export.begin(tuple(node), tuple(edge)).items():
            whole[file] += head
        first, last = export.files[0], export.files[-1]
        whole[first] += export.node(node)
        whole[last] += export.edge(edge)
        whole[last] += export.end()
        for content in whole.values():
            _readable(name, content)


def _readable(name: str, content: bytes) -> None:
    if name == "graphml":
        fromstring(content)
    elif name == "kgx":
        need(all(isinstance(json.loads(line), dict) for line in content.splitlines() if line), "a line is no JSON object")
    elif name == "csv":
        rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
        need(len(rows) == 2 and len(rows[0]) == len(rows[1]), "a table has other rows than were written")
        for text in rows[1]:
            need(not text.lstrip().startswith(FORMULA) or _NUMBER.fullmatch(text), "a cell is a formula")
    else:
        lines = content.decode().split("\n")
        need(len(lines) == 3 and lines[0].count("\t") == lines[1].count("\t"), "a table has other rows than were written")


@cache
def _graph(*, read_only: bool) -> tuple[asyncio.AbstractEventLoop, GraphStore]:
    """An embedded graph, open as long as the process lives: a small one to read, an empty one to write."""
    folder = tempfile.TemporaryDirectory(prefix="fuzz")
    atexit.register(folder.cleanup)
    place = Path(folder.name) / "graph"
    loop = asyncio.new_event_loop()

    async def filled() -> GraphStore:
        async with open_store(place) as store:
            found = [Relations.from_bytes(data) for data in samples.records("relations")]
            await store.apply([Contribution.of(one, REVISION) for one in found if read_only], outbox=False)
        return await open_store(place, read_only=read_only)

    return loop, loop.run_until_complete(filled())


_OFFSETS = itertools.count()


def writes(data: bytes) -> None:
    """A document of any texts is told as it was written, and leaves nothing when it is deleted."""
    try:
        found = Relations.from_bytes(data)
    except BiorelayError:
        return
    loop, store = _graph(read_only=False)

    async def round_trip() -> None:
        revision = Revision(1, next(_OFFSETS))
        contribution = Contribution.of(found, revision)
        await store.apply([contribution], outbox=False)
        if contribution.live:
            paper = await store.paper(found.id)
            need(paper.title == found.article.title, "a title is told otherwise than it was written")
            need(
                {claim.sentence.text for claim in paper.claims} <= {relation.evidence.text for relation in found.relations},
                "a claim is told otherwise than it was written",
            )
        await store.apply([Contribution(found.id, revision, found.provenance.generation, None)], outbox=False)
        left = await store.stats()
        need((left.entities, left.edges, left.evidence) == (0, 0, 0), "a deleted document leaves something")

    loop.run_until_complete(round_trip())


def _seeing(given: dict[str, Any]) -> dict[str, Any]:
    names = ("predicate", "min_papers", "min_confidence", "first", "last", "as_of")
    return {name: given[name] for name in names if name in given}


def lens(data: bytes) -> None:
    """A question's filters as a program may give them: numbers and ranges of any size."""
    given = _json(data)
    if given is None or not _typed(given):
        return
    with suppress(GraphBadQuery):
        found = Lens.of(_seeing(given), least=0)  # type: ignore[arg-type]
        need(found.parameters["min_weight"] >= 0, "a least weight is below 0")


def _json(data: bytes) -> dict[str, Any] | None:
    try:
        given = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return given if isinstance(given, dict) else None


Question = Callable[[GraphStore, str, str, int, dict[str, Any]], Coroutine[Any, Any, object]]
QUESTIONS: dict[str, Question] = {
    "find": lambda store, a, c, limit, seen: store.find(a, limit=limit),
    "resolve": lambda store, a, c, limit, seen: store.resolve(a),
    "neighbours": lambda store, a, c, limit, seen: store.neighbours(a, limit=limit, **seen),
    "evidence": lambda store, a, c, limit, seen: store.evidence(a, c, limit=limit),
    "open": lambda store, a, c, limit, seen: store.discover_open(a, limit=limit, **seen),
    "closed": lambda store, a, c, limit, seen: store.discover_closed(a, c, limit=limit, **seen),
    "paths": lambda store, a, c, limit, seen: store.paths(a, c, max_hops=limit, **seen),
    "changes": lambda store, a, c, limit, seen: store.changes(limit, 2000, curie=a, **seen),
    "paper": lambda store, a, c, limit, seen: store.paper(a, limit=limit),
    "retracted": lambda store, a, c, limit, seen: store.retracted(limit=limit),
}


def questions(data: bytes) -> None:
    """Any question with any texts and numbers of an embedded graph: answered, or refused as a `GraphError`."""
    given = _json(data)
    if given is None:
        return
    a, c, limit = given.get("a"), given.get("c"), given.get("limit", 5)
    if not (isinstance(a, str) and isinstance(c, str)) or not isinstance(limit, int):
        return
    asked = QUESTIONS.get(str(given.get("question"))) or list(QUESTIONS.values())[dice(data, len(QUESTIONS))]
    if not _typed(given):
        return
    loop, store = _graph(read_only=True)
    with suppress(GraphBadQuery, GraphError):
        loop.run_until_complete(asked(store, a, c, limit, _seeing(given)))


def _typed(given: dict[str, Any]) -> bool:
    """Whether every filter is of its type: only what a type checker lets through is asked."""

    def years(value: Any) -> bool:
        return isinstance(value, list) and len(value) == 2 and all(each is None or type(each) is int for each in value)

    kinds: dict[str, Callable[[Any], bool]] = {
        "predicate": lambda value: value is None or value in list(Predicate),
        "min_papers": lambda value: type(value) is int,
        "min_confidence": lambda value: type(value) in {int, float},
        "first": years,
        "last": years,
        "as_of": lambda value: value is None or type(value) is int,
    }
    return all(kinds[name](given[name]) for name in kinds if name in given)


def standing(data: bytes) -> None:
    """A standing question of any ends: one that can be watched, or a `ValueError` of pydantic's."""
    head, _, tail = text_of(data).partition("\n")
    with suppress(ValueError):
        found = Asked.of(head, tail or None, ())
        with suppress(BiorelayError):
            found.to_bytes()


ASKED = tuple(
    json.dumps({"question": name, "a": a, "c": c, "limit": 3, "min_papers": 1, "first": [1990, None], "as_of": 2020}).encode()
    for name in QUESTIONS
    for a, c in (("mesh:D003000", "mesh:D006973"), ("clonidine", "local:x#Gene:y"))
)
MARKS = (b"\t", b"\n", b"|", samples.APART, b"MESH:D1", b"\n[Term]\n", b"UI = ", b"MN = ", b"is_a: ", b"Gene::", b'{"id": ', b"true")
TYPES = tuple(kind.value.encode() for kind in (*EntityType, *Predicate, *Polarity))


def _pairs() -> list[bytes]:
    return [one + b"\n" + other for one in samples.records("entities") for other in samples.records("relations")[:3]]


def _manifests() -> list[bytes]:
    return [file.read_bytes() for file in sorted((samples.ROOT / "models/artefacts/relay-mini").glob("*/manifest.json"))]


TARGETS = (
    Target("graph load", relations, lambda: [b"\n".join(samples.records("relations")[:2]), *samples.records("relations")], MARKS),
    Target("import kgx", partial(outside, "kgx"), lambda: (samples.NODES + samples.APART + samples.EDGES, samples.KGX_LINES), MARKS),
    Target("import hetionet", partial(outside, "hetionet"), lambda: (samples.HETIONET,), MARKS),
    Target(
        "import mesh",
        partial(outside, "mesh"),
        lambda: (samples.MESH, samples.MESH_TABLE, samples.MESH_TABLE + samples.APART + samples.MESH),
        MARKS,
    ),
    Target("import obo", partial(outside, "obo"), lambda: (samples.OBO,), MARKS),
    Target("growth tables", table, lambda: (b"PMID\tENTITY1_TEXT\tENTITY2_TEXT\tASSOCIATION_TYPE\n1\ta\tb\tPA\n", b"a,b\nx,y\n"), MARKS),
    Target("mappings", mapping, lambda: (b"# x\nsubject_id\tpredicate\tobject_id\nDOID:1\ty\tMESH:D1\n",), MARKS),
    Target("prefixes", prefixes, lambda: (b"NCBIGene:672", b"MSH:D003924", b"http://x/y", b"UniProtKB:P1%20"), (b":", b"%3A"), most=300),
    Target("manifests", manifest, _manifests, most=1 << 16),
    Target(
        "watch steps",
        steps,
        lambda: (b"type=Gene,predicate=Bind,polarity=negated,min-papers=2,min-confidence=0.8",),
        (b",", b"=", *TYPES),
        most=300,
    ),
    Target("standing questions", standing, lambda: (b"mesh:D1\nmesh:D2", b"a:b"), (b"\n", b":"), most=600),
    Target("outputs", outputs, _pairs, MARKS),
    Target(
        "exports",
        exports,
        lambda: (b"mesh:D1\nname\nbiolink:Gene\nsentence\nid", b"=1+1\n@x\n+1\n-1\n\t=1"),
        (b"=", b"+", b"-", b"@", b"\t", b"\n", b"<", b"'"),
    ),
    Target("graph writes", writes, lambda: samples.records("relations"), MARKS),
    Target("question filters", lens, lambda: ASKED),
    Target("questions", questions, lambda: ASKED, (*TYPES, b'"limit": 200', b"local:", b"`", b"\\u0000", b"\\ud800"), most=2048),
)
