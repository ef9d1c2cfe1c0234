"""Take the picture of the book that the README shows: ``make picture``."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from c2a.environment import ROOT, chromium
from c2a.errors import C2AError
from c2a.publishing.serve import server

PICTURE = ROOT / "book/_static/readme.png"
PAGE = "index.html"
WIDTH, HEIGHT = 1200, 760
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def take(site: Path, picture: Path) -> None:
    """Photograph the front page of the built site.

    Raises:
        C2AError: there is no Chromium, or no site.
    """
    from playwright.sync_api import ViewportSize, sync_playwright

    program = chromium()
    if program is None:
        raise C2AError("There is no Chromium: install it, or set C2A_CHROMIUM.")
    web = server(site, 0)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        page = browser.new_page(
            viewport=ViewportSize(width=WIDTH, height=HEIGHT), color_scheme="light"
        )
        page.goto(f"http://127.0.0.1:{web.server_port}/{PAGE}", wait_until="load")
        page.wait_for_selector(".c2a-widget canvas, .c2a-widget svg")
        page.wait_for_timeout(1000)  # fonts and the figure's first drawing
        page.screenshot(path=picture)
        browser.close()
    web.shutdown()


if __name__ == "__main__":
    try:
        take(ROOT / "_build/html", PICTURE)
    except C2AError as error:
        sys.exit(str(error))
    print(f"Took {PICTURE.relative_to(ROOT)}")
