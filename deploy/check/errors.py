"""What can go wrong before anything is checked."""


class CannotCheck(Exception):
    """A tool or a schema could not be had: the check was not made, which is not that it passed."""
