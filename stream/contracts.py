"""Which record travels on which topic."""

from typing import Final

from processors.records import Abstract, Change, Discovery, Entities, Question, Record, Relations

from .topics import Topic

RECORD: Final[dict[Topic, type[Record]]] = {
    Topic.ABSTRACTS: Abstract,
    Topic.ENTITIES: Entities,
    Topic.RELATIONS: Relations,
    Topic.QUESTIONS: Question,
    Topic.GRAPH_CHANGES: Change,
    Topic.DISCOVERIES: Discovery,
}
"""Dead letters are missing: their values are whatever bytes could not be handled."""
