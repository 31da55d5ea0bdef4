"""The stored prediction set: what `models verify` replays."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from models.corpora.documents import ENTITY_TYPES, Document
from models.corpora.entities import gold_entities
from models.runtime.artefact import Artefact
from models.runtime.encoder import Encoder
from models.runtime.verify import write_predictions
from processors.sentences import split_sentences

LONGEST = 800  # characters of each text that are stored: whole sentences


def write_stored(artefact: Artefact, documents: Sequence[Document], path: Path) -> None:
    """The artefact's answers on the beginnings of the held-out documents (NLM, public domain) with their gold entities."""
    encoder = Encoder(artefact, cache_bytes=0)
    lines = []
    for document in map(_beginning, documents):
        entities = gold_entities(document, encoder.encode(document.text).offsets)
        t = entities.tokens
        rows = zip(entities.spans, t.type.tolist(), t.entity.tolist(), t.sentence.tolist(), strict=True)
        mentions = sorted((start, end, ENTITY_TYPES[kind].value, entity, sentence) for (start, end), kind, entity, sentence in rows)
        lines.append((document.text, mentions))
    write_predictions(artefact, lines, path)


def _beginning(document: Document) -> Document:
    """The title and as many sentences as fit."""
    ends = [end for _, end in split_sentences(document.text, title_end=len(document.title))]
    stop = max([end for end in ends if end <= LONGEST], default=ends[0])
    return replace(document, text=document.text[:stop], mentions=tuple(m for m in document.mentions if m.end <= stop))
