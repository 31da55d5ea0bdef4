"""Errors of the graph stores."""

from models.runtime.errors import Action, BiorelayError


class GraphError(BiorelayError):
    """Base of everything that a graph store raises."""

    code = "graph.error"


class GraphUnavailable(GraphError):
    """The database does not answer, or gave up on this transaction for now. Waiting helps; the batch was not written."""

    code = "graph.unavailable"
    action = Action.RETRY


class GraphRefuses(GraphUnavailable):
    """The database answers and takes nothing for now: it is read-only, or no longer takes a login that it took before."""

    code = "graph.refuses"


class GraphOutOfMemory(GraphUnavailable):
    """The database has no memory for this transaction now; a smaller one may fit."""

    code = "graph.out-of-memory"


class GraphTimeout(GraphError):
    """The transaction ran past its time limit and was rolled back."""

    code = "graph.timeout"
    action = Action.RETRY


class GraphAuthError(GraphError):
    """The database refuses the user or the password, or the user may not do this."""

    code = "graph.auth"


class GraphLocked(GraphError):
    """The embedded graph is open for writing elsewhere, or this store was opened read-only."""

    code = "graph.locked"


class GraphBadAddress(GraphError):
    """The address of the graph is not one that can be opened."""

    code = "graph.bad-address"


class GraphBadQuery(GraphError):
    """A question's arguments are malformed or outside its bounds."""

    code = "graph.bad-query"


class GraphUnknownEntity(GraphError):
    """No entity of the graph has this CURIE or name."""

    code = "graph.unknown-entity"


class GraphUnknownArticle(GraphError):
    """No document of the graph, and no link of one, has this id."""

    code = "graph.unknown-article"


class GraphBadContribution(GraphError):
    """A contribution names one document and carries another one's relations."""

    code = "graph.bad-contribution"
    action = Action.DEAD_LETTER


class GraphBadImport(GraphError):
    """A file of an outside graph cannot be used: names the file, the line and what is wrong. Nothing of it stays in the graph."""

    code = "graph.bad-import"


class GraphBusyImport(GraphError):
    """Two imports of one source run at once; this one stopped."""

    code = "graph.busy-import"


class GraphUnknownSource(GraphError):
    """No graph of this source was imported."""

    code = "graph.unknown-source"
