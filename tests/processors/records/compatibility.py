"""What a change of a JSON Schema breaks: nothing may, within one version of a record.

Readers of every state of a version must read what writers of every other state write (what registries call FULL_TRANSITIVE): workers
of two releases run side by side during a roll-out, and the topics keep what was written years ago. So only one kind of change is
allowed: a new field with a default, which old readers ignore and new readers fill in.
"""

from typing import Any

_WORDS = {"title", "description", "$id", "$schema", "$defs", "examples"}
"""Keywords that only tell people something."""


def breaks(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Every change from `old` to `new` that some reader cannot bear; empty where they go together."""
    version = old["properties"]["schema"]["const"]
    name, _, number = version.partition("/")
    found = _schema("", _whole(old, old), _whole(new, new))
    return [
        f"{version}: {said}: that is a new version: name the record {name}/{int(number) + 1} and go on reading {version}" for said in found
    ]


def _whole(schema: Any, root: dict[str, Any]) -> Any:
    """The schema with every reference replaced by what it points at; the records hold no cycles."""
    if isinstance(schema, list):
        return [_whole(part, root) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        target = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
        return _whole(target, root) | {key: _whole(value, root) for key, value in schema.items() if key != "$ref"}
    return {key: _whole(value, root) for key, value in schema.items() if key != "$defs"}


def _schema(place: str, old: Any, new: Any) -> list[str]:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return [] if old == new else [f"{place} was {old} and is {new}"]
    found = []
    for key in sorted((old.keys() | new.keys()) - _WORDS):
        before, after = old.get(key), new.get(key)
        if key == "properties":
            found += _properties(place, before or {}, after or {}, set(new.get("required", ())))
        elif key == "required":
            found += _required(place, set(before or ()), set(after or ()), set(old.get("properties", ())))
        elif key == "items":
            found += _schema(f"{place}[]", before, after)
        elif key == "anyOf" and before and after and len(before) == len(after):
            found += [said for one, other in zip(before, after, strict=True) for said in _schema(place, one, other)]
        elif before != after:
            found.append(f"`{key}` of {place.lstrip('.') or 'the record'} was {before} and is {after}")
    return found


def _properties(place: str, old: dict[str, Any], new: dict[str, Any], required: set[str]) -> list[str]:
    found = [f"the field {f'{place}.{name}'.lstrip('.')} is gone" for name in old if name not in new]
    for name, schema in new.items():
        at = f"{place}.{name}"
        if name in old:
            found += _schema(at, old[name], schema)
        elif name not in required and "default" not in schema:
            found.append(f"the new field {at.lstrip('.')} has no default")
    return found


def _required(place: str, old: set[str], new: set[str], known: set[str]) -> list[str]:
    added = [f"the field {f'{place}.{name}'.lstrip('.')} is {'now' if name in known else 'new and'} required" for name in sorted(new - old)]
    return added + [f"the field {f'{place}.{name}'.lstrip('.')} is no longer required" for name in sorted(old - new)]
