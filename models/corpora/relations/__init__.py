"""Relation corpora: each reader gives the one gold form, a `Pair` of marked mentions in a text."""
