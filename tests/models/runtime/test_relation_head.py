"""The relation head gives calibrated probabilities, the same ones however many pairs a document has."""

import numpy as np
import pytest

from models.runtime.artefact import Artefact
from models.runtime.encoder import Encoder
from models.runtime.errors import ArtefactError
from models.runtime.pairs import MentionTokens, PairInputs, build_pairs
from models.runtime.relation_head import RelationHead

TEXT = "Tamoxifen lowers the risk of breast cancer in women with mutations of BRCA1 and BRCA2, and aspirin that of stroke. " * 6


def inputs(encoder: Encoder, head: RelationHead, entities: int) -> PairInputs:
    encoded = encoder.encode(TEXT)
    start = np.arange(2 * entities, dtype=np.int64) * (len(encoded.offsets) // (2 * entities + 1))
    entity = np.arange(2 * entities, dtype=np.int64) % entities
    tokens = MentionTokens(start, start + 1, entity, entity % 3, start // 25)
    return build_pairs(encoded.hidden, tokens, head.type_pairs)


def test_rows_are_probabilities(encoder: Encoder, head: RelationHead) -> None:
    pairs = inputs(encoder, head, 12)
    scores = head.judge(pairs).probabilities
    assert scores.shape == (len(pairs.pairs), len(head.labels))
    assert len(pairs.pairs) > 20
    assert np.allclose(scores.sum(axis=1), 1.0)
    assert (scores >= 0).all()
    assert np.array_equal(scores, head.judge(pairs).probabilities)


def test_chunks_change_no_answer(encoder: Encoder, artefact: Artefact, head: RelationHead) -> None:
    pairs = inputs(encoder, head, 30)
    assert len(pairs.pairs) > 100
    whole = head.judge(pairs).logits
    for size in (1, 33, 100):
        chunked = RelationHead(artefact, attended=size * len(pairs.hidden)).judge(pairs).logits
        assert chunked.shape == whole.shape
        assert np.abs(chunked - whole).max() < 1e-4


def test_no_pairs_no_rows(encoder: Encoder, head: RelationHead) -> None:
    none = np.zeros(0, dtype=np.int64)
    empty = build_pairs(encoder.encode("").hidden, MentionTokens(none, none, none, none, none), head.type_pairs)
    assert head.judge(empty).probabilities.shape == (0, len(head.labels))


def test_the_bias_moves_none_and_the_temperature_softens(encoder: Encoder, artefact: Artefact, head: RelationHead) -> None:
    def changed(**values: float) -> RelationHead:
        spec = artefact.manifest.relations.model_copy(update=values)
        return RelationHead(Artefact(artefact.folder, artefact.manifest.model_copy(update={"relations": spec})))

    pairs = inputs(encoder, head, 8)
    bias, temperature = artefact.manifest.relations.none_bias, artefact.manifest.relations.temperature
    assert (changed(none_bias=bias + 1).judge(pairs).probabilities[:, 0] > head.judge(pairs).probabilities[:, 0]).all()
    assert (changed(temperature=temperature * 3).judge(pairs).probabilities.max(axis=1) < head.judge(pairs).probabilities.max(axis=1)).all()


def test_the_rule_decides(artefact: Artefact) -> None:
    def ruled(threshold: float | None) -> RelationHead:
        spec = artefact.manifest.relations.model_copy(update={"threshold": threshold})
        return RelationHead(Artefact(artefact.folder, artefact.manifest.model_copy(update={"relations": spec})))

    scores = np.zeros((3, len(artefact.manifest.relations.labels)))
    scores[:, :3] = [[0.5, 0.3, 0.2], [0.3, 0.3, 0.4], [0.4, 0.35, 0.25]]
    assert ruled(None).decide(scores).tolist() == [0, 2, 0]
    assert ruled(0.6).decide(scores).tolist() == [0, 2, 1]
    assert ruled(0.0).decide(scores).tolist() == [1, 2, 1]
    assert ruled(0.6).decide(scores[:0]).tolist() == []


def test_features_of_another_version_are_refused(artefact: Artefact) -> None:
    spec = artefact.manifest.relations.model_copy(update={"features": "pairs.v9"})
    with pytest.raises(ArtefactError, match=r"pairs\.v9") as raised:
        RelationHead(Artefact(artefact.folder, artefact.manifest.model_copy(update={"relations": spec})))
    assert raised.value.remedy


def test_more_labels_than_the_graph_has_are_refused(artefact: Artefact) -> None:
    spec = artefact.manifest.relations.model_copy(update={"labels": (*artefact.manifest.relations.labels, "Another")})
    with pytest.raises(ArtefactError, match="logits"):
        RelationHead(Artefact(artefact.folder, artefact.manifest.model_copy(update={"relations": spec})))
