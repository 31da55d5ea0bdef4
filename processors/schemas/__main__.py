"""`python -m processors.schemas`: write the JSON Schemas anew."""

import sys

from processors.schemas import write

for path in write():
    sys.stdout.write(f"{path.name}\n")
