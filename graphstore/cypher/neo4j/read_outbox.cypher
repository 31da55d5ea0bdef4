// Nothing to do: what waits there already is found when the outbox is written.
