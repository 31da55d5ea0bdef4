"""The page that describes every registered corpus, written from the registry itself."""

from collections.abc import Iterator, Mapping, Sequence

from models.corpora.licences import ALLOWED_LICENCES
from models.corpora.registry import CORPORA, ROLES, Corpus, Counts

HEAD = """# Corpora

Written from the registry by `python -m models.corpora > docs/corpora.md`; a test keeps it current.

```console
$ biorelay corpora list
biored	ner, linking, relations	US Government public domain	yes	train/dev	400/100 documents	13,351/3,533	4,178/1,162	2022	...
...
```

The corpora themselves are not shipped. Lay them in one folder, each file under the path that `biorelay corpora list --json` names, and
let `biorelay corpora check FOLDER` read them whole: it compares hashes and counts, and names file and line of what is broken.
A model that ships learns from corpora of a licence on the allow-list only (*ships* below); the others are for research recipes.
"""

PAIRS = """## Relations in one form

Every relation corpus is read as candidate pairs, related or not: a sentence or passage with two ends, their mentions as code points of
that text, and the corpus's own labels.

<!-- example: shown because it needs the corpora -->
```python
from pathlib import Path

from models.corpora.registry import corpus
from models.corpora.relations.labels import common
from models.corpora.relations.reading import read_pairs
from models.corpora.relations.render import Form, render

drugprot = corpus("drugprot")
for pair in read_pairs(drugprot, "dev", Path("data")):
    print(render(pair, Form.MARKED).text, pair.labels, [common(drugprot.relations, label) for label in pair.labels])
```

- `plain` is the text as it stands, `marked` has `<Chemical> ... </Chemical>` round both ends, `masked` has `@CHEMICAL$` and `@GENE$`
  instead of them (`@GENE1$` and `@GENE2$` where both ends are genes; `@CHEMICAL-GENE$` where one lies in the other, as it does for one
  pair in eleven of ChemProt's). The spans move along.
- `group` is the same for all pairs of one sentence, `document` for all of one paper. Folds that part neither are honest.
- ChemProt and DrugProt give relations only. The candidates are all chemicals and genes of one sentence: of their 27,585
  relations with a text one lies across a sentence border of ours. `candidates(..., apart=None)` pairs the whole document.
- A pair may have two labels (1 % of DrugProt's); scores count each.
- `models/corpora/relations/labels.toml` says what each corpus's labels mean in BioRED's eight types and DrugProt's thirteen, which have a
  direction, and what is lost. A test holds that exactly the labels that occur are mapped.
"""

TRAPS = """## Traps

- **GAD's and EU-ADR's folds must not be put together.** Their ten train files together hold every row of the ten test files, label and
  all: 53,300 "relations" are 5,330 rows, ten times. `leaked_concatenation` makes that split, for the warning; the guard refuses it.
- **Even one fold leaks.** GAD's 5,330 rows come from 3,614 sentences: the same one again with other names masked, 103 rows word for word.
  `group` finds them without names or PMIDs: on EU-ADR, where the sentences behind the masks are known, exactly the 190 there are; of
  GAD's 784 rows that share 80 % of their words with a row of another fold, all but three pairs that word their finding anew.
  Group-aware folds are the honest ones.
- **EU-ADR's label 1 is PA, SA and NA.** 19 of its 262 "relations" are denied by their sentence. `eu-adr-original` keeps the classes apart.
- **ChemProt is inside DrugProt**: of 800 test abstracts 565 are in DrugProt train and 235 in dev. Who learns from one is not scored on
  the other.
- **BioRED is made of other corpora's documents**: 69 of BC5CDR test, one of NCBI-disease test, 61 of tmVar test.
- **LLL's mention types give the answer away** (agents and targets are told for interactions only), **PGR's labels are silver**: of its test
  set's 77 relations 10 are none by hand, and 85 of the other 142 pairs are.
- BioScope's document ids are MEDLINE's of its time, though the file calls them PMIDs.
"""

KINDS: Mapping[str, str] = {
    "ner": "Names, and what they are linked to",
    "relations": "Relations",
    "polarity": "Negation and speculation",
}
"""Sections by the first kind of a corpus that is one of these, and their titles; relations go before names."""

UNITS = ("documents", "sentences", "rows")


def page() -> str:
    """The page as Markdown."""
    return "\n".join([HEAD, *_tables(), PAIRS, TRAPS, *_notes()])


def _tables() -> Iterator[str]:
    for kind, title in KINDS.items():
        yield f"## {title}"
        yield ""
        yield "| name | version | licence | ships | split | texts | mentions | relations | source |"
        yield "| --- | --- | --- | --- | --- | ---: | ---: | ---: | --- |"
        for corpus in CORPORA.values():
            if kind in corpus.kinds and not (kind == "polarity" and "relations" in corpus.kinds):
                yield _row(corpus)
        yield ""
    yield "A split's name begins with what it is for: " + "; ".join(f"*{name}*, {meaning}" for name, meaning in ROLES.items()) + "."
    yield ""


def _row(corpus: Corpus) -> str:
    splits = _shown(list(corpus.splits))
    counts = [corpus.splits[name].counts for name in splits]
    unit = next(unit for unit in UNITS if unit in counts[0])
    names = [splits[0], f"... {list(corpus.splits)[-1]}"] if len(splits) < len(corpus.splits) else splits
    cells = [
        f"`{corpus.name}`",
        corpus.version,
        corpus.licence,
        "yes" if corpus.licence in ALLOWED_LICENCES else "no",
        "<br>".join(names),
        "<br>".join(f"{_total(count, unit):,} {unit}" for count in counts),
        *("<br>".join(f"{_total(count, name):,}" if name in count else "" for count in counts) for name in ("mentions", "relations")),
        corpus.source,
    ]
    return f"| {' | '.join(cells)} |"


def _shown(splits: Sequence[str]) -> list[str]:
    """The splits that get a line: the first of many folds stands for all."""
    return list(splits[:1]) if splits[0].startswith("fold") else list(splits)


def _total(counts: Counts, name: str) -> int:
    number = counts.get(name, 0)
    return number if isinstance(number, int) else sum(number.values())


def _notes() -> Iterator[str]:
    yield "## Each corpus"
    yield ""
    for corpus in CORPORA.values():
        yield f"**{corpus.title}** (`{corpus.name}`; copy: {corpus.copy})"
        yield from (f"- {line}" for line in _facts(corpus))
        yield ""


def _facts(corpus: Corpus) -> Iterator[str]:
    if corpus.note:
        yield corpus.note
    if corpus.types:
        yield f"Types: {', '.join(f'{label} = {kind.value}' for label, kind in corpus.types.items())}."
    for why in dict.fromkeys(corpus.unmapped.values()):
        labels = [label for label, reason in corpus.unmapped.items() if reason == why]
        yield f"No {'type' if len(labels) == 1 else 'types'} of ours: {', '.join(labels)}: {why}."
    yield from (f"No {name}: {why}" for name, why in corpus.absent.items())
    for why in dict.fromkeys(corpus.unguarded.values()):
        names = [name for name, reason in corpus.unguarded.items() if reason == why]
        yield f"Not kept out of training unless a recipe says so: {' and '.join(names)}. {why}"
