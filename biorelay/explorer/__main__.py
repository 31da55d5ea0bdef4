"""`python -m biorelay.explorer` writes the API's description."""

import json
import sys

from biorelay.explorer.app import create_app
from biorelay.settings import Settings

if __name__ == "__main__":
    json.dump(create_app(Settings()).openapi(), sys.stdout, indent=1, ensure_ascii=False, sort_keys=False)
    sys.stdout.write("\n")
