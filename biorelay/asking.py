"""The graph that the settings name."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biorelay.settings import Settings
    from graphstore import GraphStore


def graph_of(settings: "Settings", *, read_only: bool = True) -> "GraphStore":
    """The graph of the settings, not yet opened; read-only unless it is to be written. Raises `GraphBadAddress`."""
    from graphstore import open_store

    password = settings.graph.password.get_secret_value() if settings.graph.password else None
    return open_store(
        settings.graph_url, user=settings.graph.user, password=password, database=settings.graph.database, read_only=read_only
    )
