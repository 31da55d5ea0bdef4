"""Takes a Neo4j's memory for transactions, so that there is none for anybody else."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from neo4j import GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError


@contextmanager
def memory_taken(url: str, password: str) -> Iterator[None]:
    """Transactions that hold what memory the server gives to all of them together, of which each takes a piece at its first write.

    The server's `dbms.memory.transaction.total.max` should be its least, 10m.
    """
    with ExitStack() as stack:
        driver = stack.enter_context(GraphDatabase.driver(url, auth=("neo4j", password)))
        hogs = []
        full = False
        for _ in range(100):
            try:
                hogs.append(stack.enter_context(driver.session()).begin_transaction())
                hogs[-1].run("CREATE (:Hog)").consume()
            except (Neo4jError, DriverError) as error:
                full = "memory" in str(error)
                if full:
                    break
                time.sleep(0.2)  # it has just started
        if not full:
            raise RuntimeError("the server has memory left")
        yield
        for hog in hogs:
            with suppress(Neo4jError, DriverError):
                hog.close()
