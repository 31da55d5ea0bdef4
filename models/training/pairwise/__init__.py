"""The pairwise sibling: one pass of the encoder for each candidate pair, more accurate than the joint model and far dearer."""
