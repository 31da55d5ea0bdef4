"""How entities, edges, paths and sentences are written for a person, the same in every command."""

from typing import TYPE_CHECKING

from biorelay.cli.console import out, printable, show

if TYPE_CHECKING:
    from graphstore.answers import Edge, Entity, Path, Sentence


def arrow(subject: str, predicate: str, object_: str) -> str:
    """An edge on one line. BioRED's predicates have no direction, so neither has the line."""
    return f"{subject} -[{predicate}]- {object_}"


def entity(found: "Entity") -> str:
    """`aspirin (Chemical, mesh:D001241)`."""
    return f"{found.name} ({found.type}, {found.id})"


def counts(edge: "Edge") -> str:
    """`3 papers, 1 negated, 1998-2004`."""
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
    """A sentence with both mentions marked, and where it stands."""
    from rich.text import Text

    line = Text(printable(sentence.text).replace("\n", " "))
    for span in (sentence.subject, sentence.object):
        line.stylize("bold", span.start - sentence.span.start, span.end - sentence.span.start)
    told = Text(f"{indent}\u201c").append_text(line).append(f"\u201d  {printable(sentence.document)}")
    if sentence.year:
        told.append(f", {sentence.year}")
    if sentence.polarity != "positive":
        told.append(f", {sentence.polarity}", style="yellow")
    if sentence.retracted:
        told.append(", RETRACTED", style="bold red")
    out().print(told)
