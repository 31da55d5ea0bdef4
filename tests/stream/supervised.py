"""A parent with children, as a process: seconds to shut down, the children's commands as JSON, and the first pause."""

import json
import logging
import sys

from stream.supervisor import supervise


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    return supervise(json.loads(sys.argv[2]), shutdown=float(sys.argv[1]), first_pause=float(sys.argv[3]), look_every=0.02)


if __name__ == "__main__":
    sys.exit(main())
