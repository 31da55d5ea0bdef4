"""The documentation site: MkDocs with Material over docs/, without any outside host (`make docs`).

`reference` writes the pages that come out of the code; `hooks` adds those that lie elsewhere when the site is built.
"""
