"""The command line. `main` is the `biorelay` command."""


def main() -> None:
    """Run the command that `sys.argv` names and exit with its code: 0 done, 1 failure, 2 bad input, 130 interrupted."""
    from biorelay.cli.app import app

    app(prog_name="biorelay")
