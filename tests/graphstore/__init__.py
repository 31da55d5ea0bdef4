"""The graph stores: one contract suite over both engines, and an oracle that recomputes everything from the surviving records."""
