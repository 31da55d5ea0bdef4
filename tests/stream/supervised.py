"""A parent with children, as a process: seconds to shut down, and the children's commands as JSON, on the command line."""

import json
import logging
import sys

from stream.supervisor import supervise


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    return supervise(json.loads(sys.argv[2]), shutdown=float(sys.argv[1]), first_pause=0.05, look_every=0.02)


if __name__ == "__main__":
    sys.exit(main())
