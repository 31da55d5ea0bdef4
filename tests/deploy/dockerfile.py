"""A Dockerfile read as a file: its stages, and what each inherits."""

import re
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Stage:
    """One `FROM`: what it begins with, and its instructions in order."""

    name: str
    base: str
    own: list[tuple[str, str]] = field(default_factory=list)
    parent: "Stage | None" = None

    @property
    def all(self) -> list[tuple[str, str]]:
        """The instructions that make the image: those of the stages below first."""
        return [*(self.parent.all if self.parent else []), *self.own]

    def values(self, instruction: str) -> list[str]:
        return [rest for name, rest in self.all if name == instruction]

    @property
    def variables(self) -> dict[str, str]:
        return {name: value for rest in self.values("ENV") for name, value in re.findall(r"(\w+)=(\S+)", rest)}


def read(path: Path) -> dict[str, Stage]:
    """The stages by name, in their order. `ARG` before the first one is filled in with its default."""
    text = re.sub(r"^#.*\n", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE).replace("\\\n", " ")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]
    given = {name: value for word, rest in lines if word == "ARG" for name, _, value in [rest.partition("=")]}
    stages: dict[str, Stage] = {}
    now: Stage | None = None
    for word, rest in lines:
        if word == "FROM":
            base, _, name = re.sub(r"\$\{(\w+)\}", lambda found: given[found[1]], rest).partition(" AS ")
            now = stages[name] = Stage(name, base, parent=stages.get(base))
        elif now is not None:
            now.own.append((word, " ".join(rest.split())))
    return stages
