"""Negation and speculation learned from BioScope: cues and what they bear on, beside the rules that serve."""
