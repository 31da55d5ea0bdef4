"""Brings a file here: in parts where the connection breaks, whole and as its md5 says when it has its name."""

import asyncio
import hashlib
import re
from pathlib import Path
from typing import Final

from biorelay.sourcing.errors import FileDamaged, FileMissing, HostRefuses
from biorelay.sourcing.naming import BASELINE, UPDATES, Listing, UpdateFile
from biorelay.sourcing.remote import Remote, Sleep, Tell, patiently
from stream.errors import ResourceAway

LISTING_BYTES: Final = 16 << 20
FILE_BYTES: Final = 2 << 30
"""PubMed's largest are some 100 MB."""
_SUM_BYTES: Final = 10_000
_FETCHES: Final = 3
"""Times that a file is fetched whole before it is called damaged."""
_SUM: Final = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{32}(?![0-9A-Za-z])")
_PART: Final = ".part"


class Spool:
    """A folder here that holds the file in hand, and what has come of it."""

    def __init__(self, folder: Path, remote: Remote, *, tries: int = 6, tell: Tell = lambda _: None, sleep: Sleep = asyncio.sleep) -> None:
        self._folder = folder
        self._remote = remote
        self._tries = tries
        self._tell = tell
        self._sleep = sleep

    async def listing(self, folder: str) -> Listing:
        """What the host has in `baseline` or `updatefiles`. Raises `HostAway`, `HostRefuses`, `FileMissing`."""
        text = await patiently(
            lambda: self._remote.text(f"{folder}/", LISTING_BYTES), tries=self._tries, tell=self._tell, sleep=self._sleep
        )
        return Listing.of(text)

    async def fetch(self, file: UpdateFile, folder: str) -> Path:
        """The file, whole and checked; what an earlier run brought of it is used.

        Raises `HostAway`, `HostRefuses`, `FileMissing`, `FileDamaged`, and `ResourceAway` where the disk takes no more.
        """
        try:
            return await self._fetched(file, folder)
        except OSError as error:
            raise ResourceAway(
                f"{self._folder} does not take {file.name}: {error.strerror or error}", remedy="Make room, or set another data_dir."
            ) from error

    def drop(self, file: UpdateFile) -> None:
        """It is done with, or wrong."""
        for place in (self._place(file), self._part(file)):
            place.unlink(missing_ok=True)

    def keep_only(self, file: UpdateFile) -> None:
        """Whatever else lies here was left by a run that was killed."""
        mine = {self._place(file), self._part(file)}
        for place in self._folder.glob("pubmed*n*.xml.gz*") if self._folder.is_dir() else ():
            if place not in mine:
                place.unlink(missing_ok=True)

    async def _fetched(self, file: UpdateFile, folder: str) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        place = self._place(file)
        for fetch in range(_FETCHES):
            wanted = await self._sum(file, folder)
            if not place.exists():
                await self._bring(file, folder)
            here = place if place.exists() else self._part(file)
            found = await asyncio.to_thread(_md5, here)
            if found == wanted:
                return here.replace(place)
            self._tell(f"{file.name} has the md5 {found}, not {wanted}{'; it is fetched again' if fetch + 1 < _FETCHES else ''}")
            self.drop(file)
        raise FileDamaged(
            f"{file.name} is not what its md5 says, {_FETCHES} times fetched", remedy="Wait for a mended file, or use another mirror."
        )

    async def _bring(self, file: UpdateFile, folder: str) -> None:
        part = self._part(file)
        path = f"{folder}/{file.name}"
        reached = part.stat().st_size if part.exists() else 0

        def moved() -> bool:
            nonlocal reached
            before, reached = reached, part.stat().st_size
            return reached > before

        async def once() -> None:
            with part.open("r+b" if part.exists() else "w+b") as opened:
                await self._remote.into(path, opened, FILE_BYTES)

        await patiently(once, tries=self._tries, tell=self._tell, sleep=self._sleep, moved=moved)

    async def _sum(self, file: UpdateFile, folder: str) -> str:
        path = f"{folder}/{file.name}.md5"
        text = await patiently(lambda: self._remote.text(path, _SUM_BYTES), tries=self._tries, tell=self._tell, sleep=self._sleep)
        sums = set(_SUM.findall(text))
        if len(sums) != 1:
            raise HostRefuses(f"{path} holds no md5 but {text.strip()[:60]!r}", remedy="Check the address; this may be a page of errors.")
        return str(sums.pop()).lower()

    def _place(self, file: UpdateFile) -> Path:
        return self._folder / file.name

    def _part(self, file: UpdateFile) -> Path:
        return self._folder / (file.name + _PART)


async def both_folders(spool: Spool) -> tuple[Listing, Listing]:
    """The update files and the baseline, which not every mirror has.

    Raises `HostAway`, `HostRefuses` also where neither names a file, and `FileMissing` where there is no folder of update files.
    """
    updates = await spool.listing(UPDATES)
    try:
        baseline = await spool.listing(BASELINE)
    except FileMissing:
        baseline = Listing()
    if not updates.all and not baseline.all:
        raise HostRefuses(f"neither {UPDATES}/ nor {BASELINE}/ there names a file of PubMed's", remedy="Check pubmed.url.")
    return updates, baseline


def _md5(place: Path) -> str:
    with place.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
