"""Documents as the pipeline makes them, for the round trips of every format."""

from hypothesis import strategies as st

from processors.records import (
    Article,
    Entities,
    EntityType,
    Evidence,
    Mention,
    Participant,
    Predicate,
    Provenance,
    Relation,
    Relations,
    Span,
)

PROVENANCE = Provenance(software="0", model="m@1", generation=1)

CURIES = {
    EntityType.GENE: st.sampled_from(["ncbigene:672", "ncbigene:7157", "hgnc:1100"]),
    EntityType.DISEASE: st.sampled_from(["mesh:D003924", "mesh:C537730", "omim:604370"]),
    EntityType.CHEMICAL: st.sampled_from(["mesh:D009270", "chebi:17478", "mesh:odd,id|x"]),
    EntityType.VARIANT: st.sampled_from(["dbsnp:rs1234", "clinvar:17+8"]),
    EntityType.SPECIES: st.sampled_from(["ncbitaxon:9606", "ncbitaxon:10090"]),
    EntityType.CELL_LINE: st.sampled_from(["cellosaurus:CVCL_0224", "cellosaurus:odd"]),
}
WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=25)


@st.composite
def extracted(draw: st.DrawFn) -> tuple[Entities, Relations]:
    """A document as the pipeline makes it, over any Unicode text."""
    title, body = draw(WORDS), draw(st.just("") | WORDS)
    text = f"{title} {body}"
    id_ = draw(st.sampled_from(["pubmed:227508", "pmc:PMC12", "doi:10.1000/a%b|c,d", "local:my note"]))
    mentions = []
    for number in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        type_ = draw(st.sampled_from(EntityType))
        local = st.just(f"local:{id_}#{type_}:2,4-d; a+b|c\u03b1 %7C{number}")
        curies = draw(st.lists(CURIES[type_] | local, min_size=1, max_size=3, unique=True))
        mentions.append(
            Mention(id=f"T{number}", start=start, end=end, text=text[start:end], type=type_, identifiers=tuple(curies), score=1.0)
        )
    entities = Entities(id=id_, article=Article(title=title), text=text, mentions=tuple(mentions), provenance=PROVENANCE)
    ends = [(mention, curie) for mention in mentions for curie in mention.identifiers]
    relations = []
    for _ in range(draw(st.integers(0, 2)) if len(ends) > 1 else 0):
        pair = [draw(st.sampled_from(ends)) for _ in range(2)]
        parties = [Participant(id=c, name=m.text, type=m.type, spans=(Span(start=m.start, end=m.end),)) for m, c in pair]
        evidence = Evidence(start=0, end=len(text), text=text, subject=parties[0].spans[0], object=parties[1].spans[0])
        predicate = draw(st.sampled_from(Predicate))
        relations.append(Relation(subject=parties[0], object=parties[1], predicate=predicate, probability=0.5, evidence=evidence))
    return entities, Relations(id=id_, relations=tuple(relations), provenance=PROVENANCE)


def linked(curies: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(curie for curie in curies if not curie.startswith("local:"))
