"""Named entities measured beside their baselines: spans, words' tags, ambiguous and unseen names, pieces, other corpora, less data."""
