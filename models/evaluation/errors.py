"""Errors of evaluation: what cannot be scored, and stored tables that are none."""

from models.runtime.errors import BiorelayError


class GoldUnusable(BiorelayError):
    """A gold file holds nothing that can be scored, or its names are mapped to what is none of ours."""

    code = "evaluation.gold"


class ResultUnusable(BiorelayError):
    """A stored table of results is none, or does not fit the page it stands on."""

    code = "evaluation.result"
