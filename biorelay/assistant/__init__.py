"""MCP: the graph's questions as read-only tools for assistants, over stdio or loopback HTTP (docs/assistants.md).

`answers` are what the tools return, `tools` the questions, `server` puts tools, resources and prompts together. The answers' sentences
are quotations of strangers' texts: they are marked as such and their hidden characters are made visible.
"""
