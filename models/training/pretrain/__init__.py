"""Domain-adaptive pretraining: an encoder and its pieces, taught on abstracts before any task is."""
