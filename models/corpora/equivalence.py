"""Which disease identifiers mean one thing: MeSH, OMIM and Disease Ontology by the latter's cross-references (CC0)."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

from models.corpora import knowledge

_XREF = re.compile(r"(MESH):([CD]\d+)|(?:OMIM|MIM):(\d{6})")


def same_diseases(kb: Path, seen: Mapping[str, int]) -> dict[str, str]:
    """Every other identifier of a disease by the one that stands for it: that which training documents name most, MeSH's where equal.

    Only cross-references that are one to one are taken: a term with two MeSH descriptors says of neither what it is,
    nor does a descriptor that two terms refer to. `seen` counts mentions by CURIE.
    """
    terms: dict[str, set[str]] = defaultdict(set)
    with knowledge.open_text(kb / knowledge.DO_XREFS) as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            if match := _XREF.fullmatch(row["xref"]):
                terms[row["id"]].add(f"mesh:{match[2]}" if match[1] else f"omim:{match[3]}")
    shared = Counter(curie for curies in terms.values() for curie in curies)
    same: dict[str, str] = {}
    for term, curies in terms.items():
        members = []
        for prefix in ("mesh:", "omim:"):
            own = [curie for curie in curies if curie.startswith(prefix)]
            members += [curie for curie in own if len(own) == 1 and shared[curie] == 1]
        if members:
            canonical = min(members, key=lambda curie: (-seen.get(curie, 0), curie))
            same.update({curie: canonical for curie in (*members, f"doid:{term.partition(':')[2]}") if curie != canonical})
    return same
