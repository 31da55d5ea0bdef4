"""`biorelay config`: the settings that hold."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from biorelay.cli.options import AsJson
from biorelay.cli.state import settings_of, state_of

if TYPE_CHECKING:
    from biorelay.settings import Settings

MASK = "**********"

app = typer.Typer(no_args_is_help=True, help="The settings that hold, and where each was written.")


@app.command("show")
def show_settings(
    ctx: typer.Context,
    as_json: AsJson = False,
    as_toml: Annotated[bool, typer.Option("--toml", help="A whole biorelay.toml, with what each setting means.")] = False,
) -> None:
    """Show every setting: its value, and where it was written. Secrets are masked.

    \b
    Examples:
      biorelay config show
      biorelay config show --json
      biorelay config show --toml > biorelay.toml
      biorelay --set worker.batch=8 config show
    """
    from biorelay.cli.console import emit, say, show, table
    from biorelay.settings import origins, unknown_variables
    from biorelay.settings.keys import keys

    settings = settings_of(ctx)
    if as_toml:
        for line in sample(settings):
            show(line)
        return
    state = state_of(ctx)
    written = origins(state.config, state.options)
    rows = [(key, _value(settings, key.name), written.get(key.name, "default")) for key in keys().values()]
    if as_json:
        for key, value, origin in rows:
            emit({"setting": key.name, "value": value, "from": origin, "variable": key.variable, "secret": key.secret})
    else:
        table(["setting", "value", "from"], [[key.name, _word(value), origin] for key, value, origin in rows])
        if unknown := unknown_variables():
            say(f"no setting reads {', '.join(unknown)}", style="yellow")


def sample(settings: "Settings") -> list[str]:
    """The lines of a whole settings file: every key with its meaning; those without a value, and secrets, commented out."""
    from biorelay.settings.keys import keys, sections

    lines: list[str] = []
    opened = ""
    for key in keys().values():
        section, _, name = key.name.rpartition(".")
        if section != opened:
            lines += ["", f"# {(sections()[section].__doc__ or section).splitlines()[0]}", f"[{section}]"]
            opened = section
        lines.append(_entry(name, _value(settings, key.name), f"{key.meaning} ({key.accepts})", secret=key.secret))
    return lines


def _value(settings: "Settings", name: str) -> Any:
    """A setting as JSON has it; a secret masked."""
    value: Any = settings
    for part in name.split("."):
        value = getattr(value, part)
    if hasattr(value, "get_secret_value"):
        return MASK
    return list(value) if isinstance(value, tuple) else value if value is None or isinstance(value, bool | int | float) else str(value)


def _word(value: Any) -> str:
    return "-" if value is None else ",".join(value) if isinstance(value, list) else str(value)


def _entry(name: str, value: Any, meaning: str, *, secret: bool) -> str:
    import json

    if secret:
        return f'# {name} = ""  # {meaning}{"; set, not shown" if value else ""}'
    if value is None:
        return f'# {name} = ""  # {meaning}'
    return f"{name} = {json.dumps(value, ensure_ascii=False)}  # {meaning}"
