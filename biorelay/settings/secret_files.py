"""Secrets out of files, as container engines mount them."""

from pathlib import Path
from typing import Final

from biorelay.refusals import SettingsError

_BYTES: Final = 4096


def only_line(file: Path) -> str:
    """The secret in a file, without the end of its line. Raises `SettingsError`."""
    try:
        with file.open("rb") as content:
            text = content.read(_BYTES + 1).decode()
    except OSError as error:
        raise SettingsError(
            f"the password's file {file} cannot be read: {error.strerror}", remedy="Name a file with the password."
        ) from None
    except UnicodeDecodeError:
        text = ""
    line = text.removesuffix("\n").removesuffix("\r")
    if not line or "\n" in line or "\0" in line or len(text) > _BYTES:
        raise SettingsError(
            f"the password's file {file} does not hold one line of text", remedy="Name a file with nothing but the password."
        )
    return line
