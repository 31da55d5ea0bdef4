"""How smoothly the explorer's page draws and moves a large graph, in a real browser on a real `biorelay serve`.

    python -m benchmarks.bench_page [--relations 300 2000 10000] [--store]

The relations are drawn by lot between entities of all types, some of which are hubs, each stated by one to four papers; the graph is
the embedded engine's, and the page shows it as a stored view. Told are the seconds until the graph is first seen and until it stands
still, and the times between the frames of an animation while the graph is dragged and zoomed by the mouse, event by event. Without a
graphics processor Chromium draws by its own software, which is the slowest a reader can have.
"""

import argparse
import asyncio
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.machine import describe
from benchmarks.page_graph import VIEW, lay
from tests.browser.serving import served

if TYPE_CHECKING:
    from playwright.sync_api import Page

RESULTS = Path(__file__).parent / "results" / "page.json"
PACKAGES = ("fastapi", "uvicorn", "ladybug", "playwright")
RELATIONS = (300, 2000, 10_000)
FRAMES = """() => {
  window.frames_ = [];
  let last = performance.now();
  const next = (now) => {
    window.frames_.push(now - last);
    last = now;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}"""


def measured(page: "Page", address: str) -> dict[str, Any]:
    """What the page of a view takes; times in seconds, frames in milliseconds."""
    begun = time.monotonic()
    page.goto(f"{address}?at=views&view={VIEW}")
    page.wait_for_selector("#canvas[data-placing]", timeout=120_000)
    seen = time.monotonic() - begun
    page.wait_for_selector("#canvas:not([data-placing])", timeout=300_000)
    placed = time.monotonic() - begun
    box = page.locator("#canvas").bounding_box()
    if box is None:
        raise RuntimeError("the graph is not on the page")
    x, y = box["x"] + box["width"] / 2, box["y"] + 20
    page.mouse.move(x, y)
    found: dict[str, Any] = {
        "seen_s": round(seen, 2),
        "placed_s": round(placed, 2),
        "named": page.locator("#canvas").get_attribute("aria-label"),
    }
    for name, act in (("drag", _drag), ("zoom", _zoom)):
        page.evaluate(FRAMES)
        act(page, x, y)
        frames = sorted(page.evaluate("() => window.frames_.slice(1)"))
        page.evaluate("() => { window.frames_ = { push() {} }; }")
        found[name] = {
            "frames": len(frames),
            **{f"p{rank}_ms": round(frames[len(frames) * rank // 100], 1) for rank in (50, 95)},
            "worst_ms": round(frames[-1], 1),
        }
    return found


def _drag(page: "Page", x: float, y: float) -> None:
    page.mouse.down()
    for step in range(90):
        page.mouse.move(x + 150 * (step % 30) / 30, y + 3 * step)
        page.wait_for_timeout(16)
    page.mouse.up()


def _zoom(page: "Page", x: float, y: float) -> None:
    page.mouse.move(x, y)
    for step in range(60):
        page.mouse.wheel(0, -60 if step % 30 < 15 else 60)
        page.wait_for_timeout(16)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--relations", type=int, nargs="+", default=RELATIONS, choices=range(1, 10_001), metavar="NUMBER")
    parser.add_argument("--store", action="store_true", help=f"keep the result in {RESULTS.name}")
    options = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        parser.exit(1, "no chromium on the PATH (Debian: apt-get install chromium)\n")
    from playwright.sync_api import sync_playwright

    found: dict[str, Any] = {"sizes": {}}
    for relations in options.relations:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            views = asyncio.run(lay(folder, relations))
            with served(folder / "graph", BIORELAY_SERVE_VIEWS=str(views)) as address, sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"])
                found["browser"] = browser.version
                found["sizes"][str(relations)] = measured(browser.new_page(viewport={"width": 1440, "height": 900}), address)
                browser.close()
            print(relations, json.dumps(found["sizes"][str(relations)]), flush=True)
    found |= {"machine": describe(PACKAGES)}
    if options.store:
        RESULTS.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
