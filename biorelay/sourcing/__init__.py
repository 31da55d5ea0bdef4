"""Sources that are followed: PubMed's daily update files, and what a query finds, onto the ingest topic.

`remote` is a folder on another host (`web` by HTTP, `ftp`), `naming` the files' names and their order, `spool` brings one here whole and
checked, `updates` publishes them one after the other, `state` keeps how far it is. `eutils` speaks E-utilities, `query` follows one query.
"""
