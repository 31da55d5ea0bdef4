"""What an edge's evidence comes to, in parts and as it is kept."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graphstore.contribution import STRENGTH, Polarity
from graphstore.counting import counted, merged, read, state

KEY = "test:a|Association|test:b"
LABELS = st.sampled_from(["Gene|p53", "Gene|p;5;3", "Disease|", "Chemical|1;a|b", "Gene|β-naïve;7;"])


@st.composite
def statements(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Evidence of one edge: of up to five papers, in any order."""
    found = []
    for n, paper in enumerate(draw(st.lists(st.sampled_from("vwxyz"), min_size=1, max_size=9))):
        polarity = draw(st.sampled_from(Polarity))
        probability = draw(st.sampled_from([0.5, 0.75, 0.9, 0.999, 1.0]))
        row = {"key": KEY, "document": paper, "polarity": polarity.value, "probability": probability, "retracted": draw(st.booleans())}
        labels = {"subject_label": draw(LABELS), "object_label": draw(LABELS)}
        found.append(row | labels | {"year": draw(st.sampled_from([0, 1987, 2001])), "rank": f"{STRENGTH[polarity]}|{probability:.9f}|{n}"})
    return found


@given(statements(), st.sets(st.sampled_from("vwxyz")))
def test_two_parts_without_a_common_paper_come_to_the_whole(evidence: list[dict[str, Any]], papers: set[str]) -> None:
    one = counted(row for row in evidence if row["document"] in papers)
    other = counted(row for row in evidence if row["document"] not in papers)
    [whole] = counted(evidence).values()
    known = {name: value or 0 for name, value in whole.items()} | {"best": whole["best"] or ""}
    if one and other:
        assert merged(one[KEY], other[KEY]) == merged(other[KEY], one[KEY]) == known
    else:
        assert (one or other)[KEY] == whole


@given(statements())
def test_a_summary_is_read_as_it_was_kept(evidence: list[dict[str, Any]]) -> None:
    [whole] = counted(evidence).values()
    kept = {name: value or 0 for name, value in whole.items()} | {"best": whole["best"] or ""}
    assert read([{"key": KEY, "state": state(kept)}]) == {KEY: kept}
