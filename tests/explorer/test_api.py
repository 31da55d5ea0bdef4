"""The API over the embedded graph."""

from tests.explorer.contract import ApiContract


class TestEmbedded(ApiContract):
    """With the `api` fixture of the folder."""
