"""Link prediction: which entities that no edge joins are likely to be joined, from the graph's shape and from the entities' names."""
