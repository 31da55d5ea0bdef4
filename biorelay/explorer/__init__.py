"""The explorer: the graph over HTTP, for programs (`/api/v1`) and for people (the page). Read-only, bounded, one process.

`state` is what every route shares, `app` puts it together, each router stands in a module of its own.
"""
