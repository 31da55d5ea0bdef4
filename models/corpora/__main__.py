"""Writes docs/corpora.md to stdout."""

import sys

from models.corpora.page import page

sys.stdout.write(page())
