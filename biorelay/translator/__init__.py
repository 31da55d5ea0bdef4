"""TRAPI: biorelay as a knowledge provider of the NCATS Biomedical Translator (docs/translator.md).

`router` has the routes under /trapi; `biorelay.explorer` includes it. A query graph becomes a `plan`, `answering` asks the graph,
`knowledge` writes what was found as TRAPI has it.
"""

from biorelay.translator.routes import router

__all__ = ["router"]
