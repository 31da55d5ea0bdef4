"""Asks workers for their metrics: bounded in time and in bytes, each by itself, so that one that is away is only missed."""

import asyncio
import socket
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from prometheus_client.parser import text_string_to_metric_families

TIMEOUT_S: Final = 3.0
MOST_BYTES: Final = 2 * 1024 * 1024
MOST_WORKERS: Final = 64
"""Addresses that are asked; a name with more of them than are left is cut."""

Series = tuple[str, tuple[tuple[str, str], ...]]
"""A sample's name and its labels, sorted."""


@dataclass(frozen=True, slots=True)
class Scraped:
    """What a worker said at a moment, or why it did not."""

    worker: str  # as the settings name it; with the address, where the name has several
    at: float  # Unix time
    samples: Mapping[Series, float] = field(default_factory=dict)
    problem: str | None = None

    def value(self, name: str, **labels: str) -> float | None:
        """A sample; None where it was not told."""
        return self.samples.get((name, tuple(sorted(labels.items()))))

    def all(self, name: str) -> dict[tuple[tuple[str, str], ...], float]:
        """The samples of that name, by their labels."""
        return {labels: value for (sample, labels), value in self.samples.items() if sample == name}


class Scraper:
    """Asks the workers at some addresses, `http://host:port`. A host's name with several addresses is that many workers, as a headless
    service of Kubernetes or a scaled one of compose has them.
    """

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = addresses
        self._threads = ThreadPoolExecutor(8, thread_name_prefix="scrape")
        self._opener = build_opener(ProxyHandler({}), _Stays())

    async def scrape(self) -> list[Scraped]:
        """Every worker's answer, in the order of the addresses; raises nothing."""
        found = await asyncio.gather(*map(self._aside, [self._targets] * len(self._addresses), self._addresses))
        targets = [target for each in found for target in each][:MOST_WORKERS]
        return list(await asyncio.gather(*(self._aside(_ask, self._opener, *target) for target in targets)))

    def close(self) -> None:
        """Let the threads go; those that still wait end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _aside(self, call: Any, *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call, *arguments)

    @staticmethod
    def _targets(address: str) -> list[tuple[str, str, str | None]]:
        """(what it is called, address to ask, Host header) for each worker behind an address."""
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        if parts.scheme == "https":  # the certificate is the name's
            return [(address, address, None)]
        try:
            hosts = sorted({str(found[4][0]) for found in socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)})
        except OSError:
            return [(address, address, None)]  # asking it will say so
        if len(hosts) == 1 or parts.hostname == "localhost":
            return [(address, address, None)]
        bare = [f"[{host}]" if ":" in host else host for host in hosts]
        return [(f"{address} ({host})", f"http://{host}:{port}{parts.path}", parts.netloc) for host in bare]


def _ask(opener: OpenerDirector, worker: str, address: str, host: str | None) -> Scraped:
    end = time.monotonic() + TIMEOUT_S
    try:
        request = Request(f"{address.rstrip('/')}/metrics", headers={"Host": host} if host else {})  # noqa: S310  the settings allow http(s) alone
        with opener.open(request, timeout=TIMEOUT_S) as answer:
            body = bytearray()
            while chunk := answer.read1(65536):
                body += chunk
                if len(body) > MOST_BYTES:
                    return Scraped(worker, time.time(), problem=f"says more than {MOST_BYTES // 1024**2} MiB: no worker does")
                if time.monotonic() > end:
                    return Scraped(worker, time.time(), problem=f"takes longer than {TIMEOUT_S:g} s to answer")
        return Scraped(worker, time.time(), _parsed(body.decode()))
    except HTTPError as error:
        with error:
            return Scraped(worker, time.time(), problem=f"answers {error.code}: no worker's metrics are there")
    except TimeoutError:
        return Scraped(worker, time.time(), problem=f"does not answer within {TIMEOUT_S:g} s")
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, TimeoutError):
            return Scraped(worker, time.time(), problem=f"does not answer within {TIMEOUT_S:g} s")
        what = reason.strerror if isinstance(reason, OSError) and reason.strerror else None
        said = f"cannot be reached: {what}" if what else "answers with what are no metrics"
        return Scraped(worker, time.time(), problem=said)
    except Exception as error:  # noqa: BLE001  http.client's own, and whatever an unlikely answer makes of a parser
        return Scraped(worker, time.time(), problem=f"answers with what is not HTTP ({type(error).__name__})")


def _parsed(text: str) -> dict[Series, float]:
    """The samples of biorelay's metrics. Raises `ValueError` for what is no exposition."""
    found = {
        (sample.name, tuple(sorted(sample.labels.items()))): float(sample.value)
        for family in text_string_to_metric_families(text)
        if family.name.startswith("biorelay_")
        for sample in family.samples
    }
    if not found:
        raise ValueError("no metric of biorelay's")
    return found


class _Stays(HTTPRedirectHandler):
    """Follows no redirect: a worker has none."""

    def redirect_request(self, *_: Any) -> None:
        return None
