"""What a model must beat: systems without the encoder, scored through the same counts."""
