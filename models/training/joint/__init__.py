"""The joint model: one encoder, NER heads and the single-pass pair head; what biorelay serves."""
