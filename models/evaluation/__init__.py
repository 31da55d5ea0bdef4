"""Scoring of artefacts: NER, relations with gold entities and from raw text, linking, calibration, baselines."""

from models.evaluation.artefact import evaluate, write
from models.evaluation.table import table

__all__ = ["evaluate", "table", "write"]
