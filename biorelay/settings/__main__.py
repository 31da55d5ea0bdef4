"""Writes docs/settings.md to stdout."""

import sys

from biorelay.settings.page import page

sys.stdout.write(page())
