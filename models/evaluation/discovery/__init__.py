"""Does discovery find what came later: pairs predicted on the older documents, scored against what the newer ones state first."""
