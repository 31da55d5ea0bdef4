"""`biorelay config`: the settings that hold."""

from typing import Annotated, Any

import typer

from biorelay.cli.options import AsJson
from biorelay.cli.state import settings_of, state_of

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
      biorelay config show --toml
    """
    from biorelay.cli.console import emit, show, table
    from biorelay.settings import origins

    settings = settings_of(ctx)
    values = settings.model_dump(mode="json")
    if as_json:
        emit(values)
    elif as_toml:
        for line in _toml(settings):
            show(line)
    else:
        written = origins(state_of(ctx).config)
        table(
            ["setting", "value", "from"],
            [[key, "-" if value is None else value, written.get(key, "default")] for key, value in _flat(values)],
        )


def _flat(values: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for key, value in values.items():
        if isinstance(value, dict):
            rows += _flat(value, f"{prefix}{key}.")
        else:
            rows.append((prefix + key, ",".join(value) if isinstance(value, list) else value))
    return rows


def _toml(settings: Any) -> list[str]:
    from biorelay.settings import Section

    lines: list[str] = []
    sections: list[str] = []
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, Section):
            sections += ["", f"# {(type(value).__doc__ or name).splitlines()[0]}", f"[{name}]"]
            for key, inner in type(value).model_fields.items():
                sections += _setting(key, getattr(value, key), inner.description)
        else:
            lines += _setting(name, value, field.description)
    return lines + sections


def _setting(key: str, value: Any, meaning: str | None) -> list[str]:
    import json

    if value is None:
        return [f"# {key} =   # {meaning}"]
    if hasattr(value, "get_secret_value"):
        return [f'# {key} = "..."   # {meaning}; set, not shown']
    plain = list(value) if isinstance(value, tuple) else value if isinstance(value, bool | int | float) else str(value)
    return [f"{key} = {json.dumps(plain, ensure_ascii=False)}  # {meaning}"]
