"""The chaos suite: a publisher that keeps what was acknowledged, workers, a real Kafka and a real Neo4j under drawn faults, a verifier.

`tests.chaos.rounds` is the engine; `test_chaos.py` runs its short form, `python -m benchmarks.chaos` the long one.
"""
