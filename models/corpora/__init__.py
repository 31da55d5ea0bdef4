"""Annotated corpora: where they lie, what they annotate, what may be done with them, and the guards of the training job."""
