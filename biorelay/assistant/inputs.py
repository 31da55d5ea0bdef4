"""What the tools take: types with their bounds and descriptions, which assistants read as the tools' schemas."""

from typing import Annotated, Final, Literal

from pydantic import Field

MOST: Final = 50
"""Answers of one call."""

Name = Annotated[str, Field(min_length=1, max_length=512, description="An entity: its CURIE, such as mesh:D003000, or its name.")]
OtherName = Annotated[str, Field(min_length=1, max_length=512, description="Another entity, by CURIE or name.")]
Kind = Literal["Gene", "Disease", "Chemical", "Variant", "Species", "CellLine"]
RelationType = Literal[
    "Association",
    "Positive_Correlation",
    "Negative_Correlation",
    "Bind",
    "Drug_Interaction",
    "Cotreatment",
    "Comparison",
    "Conversion",
]
How = Literal["positive", "negated", "speculated"]
OfType = Annotated[Kind | None, Field(description="Only entities of this type.")]
Via = Annotated[Kind | None, Field(description="Only ways through entities of this type.")]
OfRelation = Annotated[RelationType | None, Field(description="Only relations of this type.")]
OfPolarity = Annotated[How | None, Field(description="Only what papers state (positive), deny (negated) or suppose (speculated).")]
Year = Annotated[int, Field(ge=1000, le=9999)]
AsOf = Annotated[Year | None, Field(description="As the literature stood at the end of this year.")]
MinPapers = Annotated[int, Field(ge=1, le=1_000_000, description="Only relations that so many papers state.")]
MinConfidence = Annotated[float, Field(ge=0, le=1, description="Only relations of this confidence or more.")]
Limit = Annotated[int, Field(ge=1, le=MOST, description="Answers at most.")]
Cursor = Annotated[str, Field(pattern=r"^[0-9]{1,3}$", description="`next` of the answer before, for what follows it.")]
