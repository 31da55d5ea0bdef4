"""How entities, edges and sentences are written for a person, the same in every command."""


def arrow(subject: str, predicate: str, object_: str) -> str:
    """An edge on one line. BioRED's predicates have no direction, so neither has the line."""
    return f"{subject} -[{predicate}]- {object_}"
