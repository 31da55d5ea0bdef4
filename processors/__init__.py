"""Pure work on records: the records themselves, sources, sentences, entities, linking, relations. No Kafka, no database, no clock."""
