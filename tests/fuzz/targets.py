"""All targets, by name."""

from tests.fuzz import commands, graphs, messages, readers, texts
from tests.fuzz.target import Target

TARGETS: dict[str, Target] = {target.name: target for part in (readers, messages, texts, graphs, commands) for target in part.TARGETS}
