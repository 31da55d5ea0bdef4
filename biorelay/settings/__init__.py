"""The settings: one model, read once at start, from options over `BIORELAY_*` variables over a TOML file over the defaults.

`BIORELAY_BROKER_BOOTSTRAP=kafka:9092`, `biorelay --set broker.bootstrap=kafka:9092` and

    [broker]
    bootstrap = "kafka:9092"

say the same. The file is `biorelay.toml` in the working directory, or what `--config` names.
An unknown key or a wrong value is a `SettingsError` that names where it was written and how to mend it.
"""

from biorelay.settings.section import Section
from biorelay.settings.sections import (
    BrokerSettings,
    GraphSettings,
    LimitSettings,
    RegistrySettings,
    Settings,
    TopicSettings,
    WorkerSettings,
)
from biorelay.settings.serving import ServeSettings
from biorelay.settings.sources import DEFAULT_FILE, changed, load_settings, origins, unknown_variables

__all__ = [
    "DEFAULT_FILE",
    "BrokerSettings",
    "GraphSettings",
    "LimitSettings",
    "RegistrySettings",
    "Section",
    "ServeSettings",
    "Settings",
    "TopicSettings",
    "WorkerSettings",
    "changed",
    "load_settings",
    "origins",
    "unknown_variables",
]
