"""Where settings are written, and which of them holds: options over variables over the file over the defaults."""

import os
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource

from biorelay.refusals import SettingsError
from biorelay.settings.keys import keys, nearest, sections, variable
from biorelay.settings.section import Section
from biorelay.settings.sections import ENVIRONMENT_PREFIX, Settings

OTHER_VARIABLES = {
    "BIORELAY_DATA": "the corpora's folder for `biorelay train` and `biorelay evaluate`",
    "BIORELAY_SCORINGS": "the file where these two write down each scoring of a dev or test set, or `off`",
}
"""Read elsewhere, and what each is."""
DEFAULT_FILE = Path("biorelay.toml")
OPTION = "--set"

_QUOTED = 120
"""Characters of a key or a value that a message quotes."""
_SAID = 300
"""Characters of what is wrong with a value."""
_HEADER = re.compile(r"\s*\[\s*([A-Za-z0-9_.\" -]+?)\s*\]\s*(?:#.*)?")
_ENTRY = re.compile(r"\s*([A-Za-z0-9_.\"-]+)\s*=")


def load_settings(config: Path | None = None, options: Sequence[str] = ()) -> Settings:
    """Read the settings: `options` (`worker.batch=8`) over variables over `config` (or `biorelay.toml` where there is one) over defaults.

    Raises `SettingsError` for a file that is missing or not TOML, an unknown key, or a value that cannot be used.
    """
    file = config or (DEFAULT_FILE if DEFAULT_FILE.is_file() else None)
    written = _read(file) if file else {}
    given = _over(EnvSettingsSource(Settings)(), _given(options))
    try:
        return Settings(**_over(written, given))
    except ValidationError as error:
        raise _refusal(error, origins(config, options)) from error


def changed(settings: Settings, section: str, option: str, **values: Any) -> Settings:
    """The settings with some values of a section replaced, as an option of the command line says; raises `SettingsError`."""
    old: Section = getattr(settings, section)
    try:
        new = type(old).model_validate({name: getattr(old, name) for name in type(old).model_fields} | values)
    except ValidationError as error:
        raise SettingsError(f"{option}: {_message(error.errors(include_url=False)[0])}") from error
    return settings.model_copy(update={section: new})


def origins(config: Path | None = None, options: Sequence[str] = ()) -> dict[str, str]:
    """Where each setting that is not a default was written.

    `biorelay.toml:3`, the variable's name, or `--set`: `{"broker.bootstrap": "BIORELAY_BROKER_BOOTSTRAP"}`.
    """
    file = config or (DEFAULT_FILE if DEFAULT_FILE.is_file() else None)
    found: dict[str, str] = {}
    if file:
        lines = _lines(file.read_text(encoding="utf-8-sig"))
        found = {key: f"{file}:{lines[key]}" if key in lines else str(file) for key in _leaves(_read(file))}
    found |= {key: variable(key) for key in _leaves(EnvSettingsSource(Settings)())}
    return found | dict.fromkeys(_leaves(_given(options)), OPTION)


def unknown_variables() -> list[str]:
    """`BIORELAY_*` variables that no setting reads: a typing error more often than not."""
    return sorted(
        name
        for name in os.environ
        if name.startswith(ENVIRONMENT_PREFIX)
        and name not in OTHER_VARIABLES
        and (key := name.removeprefix(ENVIRONMENT_PREFIX).lower()) not in Settings.model_fields
        and key.partition("_")[0] not in sections()
    )


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read: {error.strerror}", remedy="Name an existing file with --config.") from error
    except (ValueError, RecursionError) as error:  # not TOML, not UTF-8, a number of thousands of digits
        raise SettingsError(
            f"{file}: not TOML: {_short(str(error))}", remedy="Mend the file; `biorelay config show --toml` prints a whole one."
        ) from error


def _given(options: Sequence[str]) -> dict[str, Any]:
    """`["worker.batch=8"]` as `{"worker": {"batch": "8"}}`; a secret is refused, for every process sees a command's words."""
    found: dict[str, Any] = {}
    for option in options:
        name, sign, value = option.partition("=")
        name = name.strip()
        if not sign:
            raise SettingsError(f"{OPTION} {_short(name)}: no value", remedy=f"Write {OPTION} KEY=VALUE, such as {OPTION} worker.batch=8.")
        if name in keys() and keys()[name].secret:
            raise SettingsError(
                f"{OPTION} {name}: every process of this machine could read it", remedy=f"Set {variable(name)}, or write it into the file."
            )
        section, dot, key = name.rpartition(".")
        found = _over(found, {section: {key: value}} if dot else {name: value})
    return found


def _over(low: dict[str, Any], high: dict[str, Any]) -> dict[str, Any]:
    merged = dict(low)
    for key, value in high.items():
        below = merged.get(key)
        merged[key] = _over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _leaves(data: dict[str, Any], prefix: str = "") -> list[str]:
    found: list[str] = []
    for key, value in data.items():
        name = prefix + key
        inside = isinstance(value, dict) and (value or name in sections())  # an empty table elsewhere is a value, and a wrong one
        found += _leaves(value, f"{name}.") if inside else [name]
    return found


def _lines(text: str) -> dict[str, int]:
    """The lines of the keys that are written one a line; tomllib itself tells none."""
    found: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.fullmatch(line):
            table = header[1].replace('"', "") + "."
        elif entry := _ENTRY.match(line):
            found.setdefault(table + entry[1].replace('"', ""), number)
    return found


def _refusal(error: ValidationError, written: dict[str, str]) -> SettingsError:
    """One sentence for the first thing that is wrong: where it was written, what is wrong; and how to mend it."""
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"] if isinstance(part, str)) or "settings"
    if first["type"] == "extra_forbidden":
        meant = nearest(key)
        return SettingsError(
            f"{_place(key, written)}: there is no such setting",
            remedy=f"Did you mean {_called_like(key, meant, written)}?" if meant else "`biorelay config show` lists them all.",
        )
    if key in sections():
        if first["type"] == "value_error":
            return SettingsError(f"the {key} settings: {_message(first)}", remedy=f"`biorelay config show` lists what {key} holds.")
        return SettingsError(
            f"{_place(key, written)}: the {key} settings are a section", remedy=f"Set {variable(key)}_... or write a [{key}] table."
        )
    known = keys().get(key)
    default = "" if known is None or known.secret or known.default is None else f" Default: {_plain(known.default)}."
    remedy = f"{key}: {known.meaning} ({known.accepts}).{default}" if known else "Mend it, or remove it to get the default."
    return SettingsError(f"{_place(key, written)}: {_message(first, secret=known is not None and known.secret)}", remedy=remedy)


def _origin(key: str, written: dict[str, str]) -> str:
    """Where a key, or something below it, was written."""
    return written.get(key) or next((place for name, place in written.items() if name.startswith(f"{key}.")), variable(key))


def _place(key: str, written: dict[str, str]) -> str:
    """Where a key was written, and the key itself where the place does not name it."""
    place = _origin(key, written)
    shown = _short(key)
    return f"{OPTION} {shown}" if place == OPTION else variable(shown) if place == variable(key) else f"{place}: {shown}"


def _short(text: str) -> str:
    """What a message may quote."""
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}..."


def _said(given: Any) -> str:
    try:
        return repr(given)
    except ValueError:  # a number of more digits than Python writes
        return "so large a number"


def _called_like(key: str, meant: str, written: dict[str, str]) -> str:
    """The key that was meant, called as the wrong one was: a variable where that was a variable."""
    by_variable = _origin(key, written).startswith(ENVIRONMENT_PREFIX)
    if meant in sections():
        return f"{variable(meant)}_..." if by_variable else f"[{meant}]"
    return variable(meant) if by_variable else meant


def _plain(value: Any) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _message(first: Any, *, secret: bool = False) -> str:
    message: str = first["msg"].removeprefix("Value error, ").replace("Input should", "should").partition(", unable")[0][:_SAID]
    given = first["input"]
    # A value error's own sentence says what matters, and may be silent about a password on purpose.
    silent = secret or first["type"] == "value_error"
    return message if silent or not isinstance(given, str | int | float) else f"{message}, not {_short(_said(given))}"
