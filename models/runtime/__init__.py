"""Runs model artefacts: texts and arrays in, arrays out. Knows no record, no Kafka, no database."""
