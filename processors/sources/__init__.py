"""Readers of the formats in which abstracts come: `read` yields records, deletions and, by name, what it refused."""

from processors.cleaning import EXACT, Cleaning
from processors.limits import Limits, parse_abstract
from processors.sources.outcome import Deletion, Problem
from processors.sources.reader import Outcome, read
from processors.sources.sniff import FORMATS

__all__ = ["EXACT", "FORMATS", "Cleaning", "Deletion", "Limits", "Outcome", "Problem", "parse_abstract", "read"]
