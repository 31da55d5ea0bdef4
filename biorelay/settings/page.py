"""The page that describes every setting, written from the models themselves."""

from biorelay.settings.keys import Key, keys, sections
from biorelay.settings.sources import OTHER_VARIABLES

HEAD = """# Settings

Written from the code by `python -m biorelay.settings > docs/settings.md`; a test keeps it current.

Every setting can be written in three places; the first that has it holds:

1. an option of the run: `biorelay --set worker.batch=8 worker` (no secrets there: every process can read a command's words);
2. a variable of the environment: `BIORELAY_WORKER_BATCH=8`;
3. the file `biorelay.toml` in the working folder, or the one that `--config FILE` names: `batch = 8` under `[worker]`.

```console
$ biorelay config show
...
$ biorelay config show --toml > whole.toml
$ biorelay --config whole.toml --set worker.batch=8 config show | grep -E 'worker.batch|topics.prefix'
topics.prefix	biorelay	whole.toml:...
worker.batch	8	--set
```

The first lists every setting with its value and where it was written, secrets masked (`--json` for programs); the second writes a
whole file to begin with, each key with its meaning.

An unknown key or a value that cannot be used stops every command with exit code 2 and one line that names the file and line, the
variable or the option, and what was probably meant. A login inside a URL is refused: addresses are logged and shown. A list is
written as in TOML in the file, and with commas in a variable or an option. A variable under `BIORELAY_` that belongs to no setting is
told by `biorelay doctor` and `biorelay config show`, no more; in Kubernetes turn off service links (`enableServiceLinks: false`) where
a service's name begins with `biorelay-`, or its variables are taken for settings.
"""


def page() -> str:
    """The page as Markdown."""
    parts = [HEAD]
    opened: str | None = None
    for key in keys().values():
        section = key.name.rpartition(".")[0]
        if section != opened:
            opened = section
            meaning = (sections()[section].__doc__ or "").splitlines()[0] if section else "Before the first section of the file."
            parts.append(f"## {f'[{section}]' if section else 'General'}\n\n{meaning}\n\n| key | variable | accepts | default | means |")
            parts.append("| --- | --- | --- | --- | --- |")
        parts.append(_row(key))
        if key is _last(section):
            parts.append("")
    others = "; ".join(f"`{name}`, {meaning}" for name, meaning in OTHER_VARIABLES.items())
    parts.append(f"Not settings, but read as well: {others}.")
    return "\n".join(parts) + "\n"


def _last(section: str) -> Key:
    return [key for key in keys().values() if key.name.rpartition(".")[0] == section][-1]


def _row(key: Key) -> str:
    default = "" if key.default is None else f"`{','.join(key.default) if isinstance(key.default, tuple) else _plain(key.default)}`"
    cells = [f"`{key.name}`", f"`{key.variable}`", key.accepts, default, key.meaning]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
