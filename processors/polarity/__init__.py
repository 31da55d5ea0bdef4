"""Negation and speculation: cues, their scopes, and whether they bear on a relation. No model, no dependency: rules over shipped words."""

from processors.polarity.judgement import Judgement, Polarity
from processors.polarity.scopes import Scope, find_scopes

__all__ = ["Judgement", "Polarity", "Scope", "find_scopes"]
