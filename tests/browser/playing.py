"""Playwright, or a reason why these tests are skipped. In CI its absence is a failure."""

import os

import pytest

try:
    from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
except ImportError:
    if os.environ.get("CI") == "true":
        raise
    pytest.skip("playwright is not installed (it is one of the development packages)", allow_module_level=True)

__all__ = ["Browser", "BrowserContext", "Page", "expect", "sync_playwright"]
