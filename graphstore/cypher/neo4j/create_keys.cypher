// Nothing to do: an index on Evidence leads from an edge's key to its evidence.
