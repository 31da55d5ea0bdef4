"""Linking: from the mentions of a document to identifiers, each with the probability that it is right.

`linker` is the front door. `document` walks through one document: species first, then the named types, then variants,
each mention handed to its type's resolver: `names` (diseases, chemicals, species, cell lines), `genes`, `variants`.
A resolver answers with a `Match`, `score` says how likely it is right; `local` names what stays unlinked.
"""

from processors.linking.linker import Linker, load_linker
from processors.linking.local import local_curie, local_name
from processors.linking.score import Link

__all__ = ["Link", "Linker", "load_linker", "local_curie", "local_name"]
