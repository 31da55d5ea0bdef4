"""Arguments and options that several commands share, so that they are called the same everywhere."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from biorelay.cli import completing


class SourceFormat(StrEnum):
    """The formats that are read."""

    PUBMED_XML = "pubmed-xml"
    NBIB = "nbib"
    PUBTATOR = "pubtator"
    BIOC_XML = "bioc-xml"
    BIOC_JSON = "bioc-json"
    JATS = "jats"
    JSONL = "jsonl"
    TEXT = "text"


class OutputFormat(StrEnum):
    """The formats that are written."""

    JSONL = "jsonl"
    PUBTATOR = "pubtator"
    BIOC = "bioc"
    BIOC_JSON = "bioc-json"
    KGX = "kgx"


Files = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="FILES",
        help="PubMed XML, .nbib, PubTator, BioC, PMC full text, JSON lines or plain text; plain or gzip."
        " Stdin where there are none, or for -.",
        show_default=False,
    ),
]
InputFormat = Annotated[
    SourceFormat | None,
    typer.Option(
        "--from",
        metavar="FORMAT",
        help=f"The files' format, where it cannot be told from their content: {', '.join(form.value for form in SourceFormat)}.",
    ),
]
ProblemsTo = Annotated[Path | None, typer.Option("--problems", metavar="FILE", help="Write what was refused there, as JSON lines.")]
Since = Annotated[
    str,
    typer.Option(
        "--since", metavar="WHEN", autocompletion=completing.times, help="beginning, now, 10m, 2h, 3d, or an ISO date or time (UTC)."
    ),
]
StopAfter = Annotated[int | None, typer.Option("--limit", "-n", metavar="N", min=1, help="Stop after that many messages.")]
Once = Annotated[bool, typer.Option("--once", help="Stop at the end of what is there, instead of waiting for more.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout, one object a line.")]


class EntityKind(StrEnum):
    """`processors.records.EntityType` again, without loading pydantic for `--help`; a test holds the two together."""

    GENE = "Gene"
    DISEASE = "Disease"
    CHEMICAL = "Chemical"
    VARIANT = "Variant"
    SPECIES = "Species"
    CELL_LINE = "CellLine"


class PolarityName(StrEnum):
    """`graphstore.contribution.Polarity` again, for the same reason, and all of them together."""

    POSITIVE = "positive"
    NEGATED = "negated"
    SPECULATED = "speculated"
    ANY = "any"


class PredicateName(StrEnum):
    """`processors.records.Predicate` again, for the same reason."""

    ASSOCIATION = "Association"
    POSITIVE_CORRELATION = "Positive_Correlation"
    NEGATIVE_CORRELATION = "Negative_Correlation"
    BIND = "Bind"
    DRUG_INTERACTION = "Drug_Interaction"
    COTREATMENT = "Cotreatment"
    COMPARISON = "Comparison"
    CONVERSION = "Conversion"
