"""A run of re-extraction with the dictionary extractor of generation 2 as a process, to be killed: settings as JSON on the command line."""

import asyncio
import sys

from stream.reextract import Reextraction

from .dictionary import DictionaryExtractor
from .worker_process import settings_of

if __name__ == "__main__":
    asyncio.run(Reextraction(settings_of(sys.argv[1]), DictionaryExtractor(2)).run())
