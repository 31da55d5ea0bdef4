"""`python -m biorelay` is `biorelay`."""

from biorelay.cli import main

if __name__ == "__main__":
    main()
