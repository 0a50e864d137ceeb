"""The static site in a real Chromium: the documents, and what a visit keeps for the next one."""

import shutil
import threading
from collections.abc import Iterator

import pytest
from browsing import Page, browsing

from website.finish import WORKER, write_service_worker
from website.serve import listen


@pytest.fixture
def page() -> Iterator[Page]:
    with browsing("") as page:
        yield page


def test_the_documents_complain_of_nothing_and_ask_no_other_host(site, page):
    for address in ("index.html", "lesson.html#the-lesson", "code/numpy/layers_numpy.py.html#L80"):
        page.driver.get(f"{site}/{address}")
        page.wait("document.body.dataset.theme === 'auto'")
    page.wait("document.querySelector('#L80').getBoundingClientRect().top < innerHeight")
    page.driver.get(f"{site}/docs/derivations.html")
    page.wait("document.fonts.status === 'loaded'")
    assert page.js("document.fonts.check('16px KaTeX_Math')"), "formulas without their font"
    page.driver.get(f"{site}/search.html?q=dropout")
    page.wait("document.querySelectorAll('#search-results li').length > 3")
    assert page.complaints() == []
    assert [one for one in page.requests() if not one.startswith((site, "data:"))] == []


def test_the_choice_of_dark_holds_on_every_page(site, page):
    page.driver.get(f"{site}/index.html")
    page.click(".content .theme-toggle")
    chosen = page.js("localStorage.getItem('theme')")
    assert chosen in ("light", "dark")
    for address in ("lesson.html", "practise/index.html", "play/index.html"):
        page.driver.get(f"{site}/{address}")
        page.wait("document.body.dataset.theme === arguments[0]", chosen)


def test_a_second_visit_needs_no_network_and_a_new_build_is_seen_at_once(
    site_folder, tmp_path, page
):
    built = tmp_path / "site"
    shutil.copytree(site_folder, built)
    server = listen(built, 0)
    address = f"http://127.0.0.1:{server.server_port}/practise/03_xor_problem.html"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    needed = ("pyodide.asm.wasm", "python.zip", "worker.js", "practise.css", "03_xor_problem.html")

    def wait_until_kept() -> None:
        """Until the browser has all that the page needs."""
        version = (built / "version.txt").read_text()
        kept = """
            (caches.keys().then(async (names) => {
              const name = names.find((name) => name.endsWith(arguments[0]));
              const cache = await caches.open(name);
              const kept = (await cache.keys()).map(({ url }) => url.split('/').at(-1));
              document.body.dataset.kept = arguments[1].every((name) => kept.includes(name));
            }), document.body.dataset.kept === 'true')
        """
        page.wait(kept, version, needed)

    page.driver.get(address)
    wait_until_kept()
    # A new build: the page itself has changed.
    before = (built / "version.txt").read_text()
    file = built / "practise" / "03_xor_problem.html"
    file.write_text(file.read_text().replace("</h1>", ", anew</h1>"))
    for name in (WORKER, "version.txt"):
        (built / name).unlink()
    write_service_worker(built)
    assert (built / "version.txt").read_text() != before
    page.driver.get(address)
    assert page.text("h1").endswith(", anew")
    wait_until_kept()
    server.shutdown()
    server.server_close()
    page.driver.get(address)
    assert page.text("h1").endswith(", anew")
    page.wait("document.body.dataset.state === 'ready'")
