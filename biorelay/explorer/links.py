"""The pages outside that CURIEs name."""

from urllib.parse import quote

RESOLVER = "https://bioregistry.io/"
"""Resolves every CURIE of a Bioregistry prefix (Hoyt et al. 2022, doi:10.1038/s41597-022-01807-3); nothing is fetched from there."""


def outside_link(curie: str) -> str | None:
    """Where a CURIE's page is; None for what no database knows."""
    prefix = curie.partition(":")[0]
    return None if prefix in {"local", "retraction"} else RESOLVER + quote(curie, safe=":")
