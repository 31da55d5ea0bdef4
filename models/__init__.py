"""Model artefacts: what runs them (`runtime`), what makes them (`corpora`, `training`, `evaluation`), and the shipped ones."""
