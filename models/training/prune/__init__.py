"""Smaller encoders out of pretrained ones, before anything is learned: layers, attention heads and unused pieces left out."""
