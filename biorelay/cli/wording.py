"""How entities, edges, paths and sentences are written for a person, the same in every command."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from biorelay.cli.console import out, printable, show

if TYPE_CHECKING:
    from graphstore.answers import Bond, Edge, Entity, Paper, Path, Sentence
    from processors.records import Cue


def arrow(subject: str, predicate: str, object_: str) -> str:
    """An edge on one line. BioRED's predicates have no direction, so neither has the line."""
    return f"{subject} -[{predicate}]- {object_}"


def entity(found: "Entity") -> str:
    """`aspirin (Chemical, mesh:D001241)`."""
    return f"{found.name} ({found.type}, {found.id})"


def counts(edge: "Edge") -> str:
    """`3 papers, 1 negated, 1998-2004`; the first are the positive ones. An edge that nothing counts for has retracted papers only."""
    if not (edge.counts.papers or edge.counts.negated or edge.counts.speculated):
        return "0 papers, all retracted"
    said = [f"{edge.counts.papers} paper{'' if edge.counts.papers == 1 else 's'}"]
    if edge.counts.negated:
        said.append(f"{edge.counts.negated} negated")
    if edge.counts.speculated:
        said.append(f"{edge.counts.speculated} speculative")
    if years := years_of(edge):
        said.append(years)
    return ", ".join(said)


def years_of(edge: "Edge") -> str:
    """`1998-2004`, `1998`, or nothing."""
    if edge.first_year is None:
        return ""
    return str(edge.first_year) if edge.first_year == edge.last_year else f"{edge.first_year}-{edge.last_year}"


def show_path(path: "Path", indent: str = "   ") -> None:
    """Each step of a path with its counts, and below it its best sentence with the paper's id."""
    for step in path.steps:
        show(f"{indent}{arrow(step.source.name, step.edge.predicate, step.target.name)}  ({counts(step.edge)})")
        if step.sentence:
            show_sentence(step.sentence, indent + "   ")


def show_sentence(sentence: "Sentence", indent: str = "") -> None:
    """A sentence with both mentions and the cues of its polarity marked, and where it stands."""
    from rich.text import Text

    line = Text(printable(sentence.text).replace("\n", " "))

    def mark(style: str, start: int, end: int) -> None:
        line.stylize(style, start - sentence.span.start, end - sentence.span.start)

    for span in (sentence.subject, sentence.object):
        mark("bold", span.start, span.end)
    for cue in _cues(sentence):
        mark("bold yellow", cue.start, cue.end)
    told = Text(f"{indent}\u201c").append_text(line).append(f"\u201d  {printable(sentence.document)}")
    if sentence.year:
        told.append(f", {sentence.year}")
    if sentence.polarity != "positive":
        told.append(f", {sentence.polarity}{_by_cues(sentence)}", style="yellow")
    if sentence.retracted:
        told.append(f", RETRACTED {by_what(sentence.document, sentence.retracted_by)}", style="bold red")
    out().print(told)


def _cues(sentence: "Sentence") -> "list[Cue]":
    """The cues that lie in the sentence, so that they can be marked there."""
    return [cue for cue in sentence.cues if sentence.span.start <= cue.start and cue.end <= sentence.span.end]


def _by_cues(sentence: "Sentence") -> str:
    """` by \u201cnot\u201d`: colours do not reach a file."""
    found = (sentence.text[cue.start - sentence.span.start : cue.end - sentence.span.start] for cue in _cues(sentence))
    words = [f"\u201c{printable(word)}\u201d" for word in dict.fromkeys(found) if word]
    return f" by {', '.join(words)}" if words else ""


def read_by(sentence: "Sentence") -> str:
    """`RESULTS, own finding 0.78, relay-mini@3, vocabulary@2`: where it stands, the probability of its novelty, and what read it."""
    novel = "" if sentence.novel is None else f"own finding {sentence.novel:.2f}"
    return ", ".join(part for part in (sentence.section, novel, sentence.model, sentence.vocabulary) if part)


def by_what(document: str, retracted_by: Sequence[str]) -> str:
    """`by its own record, by pubmed:123, by a list (retraction:456)`."""
    said = []
    for record in retracted_by:
        if record == document:
            said.append("by its own record")
        else:
            said.append(f"by a list ({record})" if record.startswith("retraction:") else f"by {record}")
    return ", ".join(said)


def reference(paper: "Paper") -> str:
    """`Lancet, 1998`; what is known of an article that contributes nothing."""
    states = {
        "deleted": "deleted: it contributes nothing",
        "failed": "its newest version could not be processed: it contributes nothing",
        "unseen": "not in the graph: only links of others name it",
    }
    return states.get(paper.state) or ", ".join(str(part) for part in (paper.journal, paper.year) if part) or "no journal, no year"


LINKS = {
    "retracts": ("retracts", "retracted by"),
    "retracted_by": ("its own record names the notice", "is named as a notice by"),
    "corrects": ("corrects", "corrected by"),
    "corrected_by": ("its own record names the correction", "is named as a correction by"),
    "concern_about": ("expresses concern about", "concern expressed by"),
    "concern_in": ("its own record names the concern", "is named as a concern by"),
}
"""How a link is told from the side of the record that states it, and from the other side."""


def link(document: str, bond: "Bond") -> str:
    """`corrected by pubmed:123 (Erratum)`, as seen from `document`."""
    here, there = LINKS[bond.kind]
    told, other, title = (here, bond.target, bond.target_title) if bond.source == document else (there, bond.source, bond.source_title)
    return f"{told} {other}{f' ({title})' if title else ''}"
