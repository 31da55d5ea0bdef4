"""A real Kafka, a real Neo4j and, where asked for, a schema registry as plain local processes: only Java and Maven Central.

From the shell: ``python -m deploy.local up|down|status|fetch [kafka|neo4j|registry]``. From tests: :func:`start_kafka`,
:func:`start_neo4j` and :func:`start_registry` give a :class:`Service` that can be stopped, killed, paused and restarted with its data.
"""

from deploy.local.errors import LocalServiceError
from deploy.local.kafka import start_kafka
from deploy.local.maven import classpath, missing_tools
from deploy.local.neo4j import read_password, start_neo4j
from deploy.local.registry import start_registry
from deploy.local.service import Service

__all__ = ["LocalServiceError", "Service", "classpath", "missing_tools", "read_password", "start_kafka", "start_neo4j", "start_registry"]
