"""Readers of the formats in which abstracts come; each yields records and names what it refuses."""
