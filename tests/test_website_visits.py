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
    page.wait("document.querySelector('#search-results').innerText.includes('the activation A=f')")
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


# Says in the page itself whether the version's cache has all these files.
LOOK_FOR = """
    (caches.keys().then(async (names) => {
      const name = names.find((name) => name.endsWith(arguments[0]));
      const kept = await (await caches.open(name)).keys();
      const files = kept.map(({ url }) => url.split('/').at(-1));
      document.body.dataset.kept = arguments[1].every((file) => files.includes(file));
    }), document.body.dataset.kept === 'true')
"""


def test_a_new_build_is_seen_at_once_and_the_next_visit_needs_no_network(
    site_folder, tmp_path, page
):
    built = tmp_path / "site"
    shutil.copytree(site_folder, built)

    def version() -> str:
        return (built / "version.txt").read_text()

    server = listen(built, 0)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    folder = f"http://127.0.0.1:{server.server_port}/practise"
    page.driver.get(f"{folder}/index.html")
    page.wait(LOOK_FOR, version(), ["index.html", "practise.css", "site.js"])

    before = version()
    overview = built / "practise" / "index.html"
    overview.write_text(overview.read_text().replace("</h1>", ", anew</h1>"))
    for name in (WORKER, "version.txt"):
        (built / name).unlink()
    write_service_worker(built)
    assert version() != before
    page.driver.get(f"{folder}/index.html")
    assert page.text("h1").endswith(", anew")
    page.wait(LOOK_FOR, version(), ["index.html", "practise.css", "site.js"])

    exercise = "03_xor_problem.html"
    page.driver.get(f"{folder}/{exercise}")
    needed = ["pyodide.asm.wasm", "python.zip", "worker.js", "exercise.js", exercise]
    page.wait(LOOK_FOR, version(), needed)
    server.shutdown()
    server.server_close()
    page.driver.get(f"{folder}/index.html")
    assert page.text("h1").endswith(", anew")
    page.driver.get(f"{folder}/{exercise}")
    page.wait("document.body.dataset.state === 'ready'")
