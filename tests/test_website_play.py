"""The playground of the static site: the page itself, with Python in a worker behind it."""

from itertools import islice

import numpy as np
import pytest
from browsing import browsing

from play.limits import Setup
from play.plane import make_dataset
from train_numpy import train_steps

STEPS = 50
SETUP = {"dataset": "moons", "dtype": "float64", "hidden": [5, 3], "count": 200, "batch_size": 20}
# The page's own transport, asked from outside for the losses of some steps.
ASK = """
const [setup, steps, done] = arguments;
(async () => {
  const { send } = await import("./static/transport.js");
  const ask = async (address, body) => {
    const { status, content } = await send("POST", `api/${address}`, body);
    if (status !== 200) throw new Error(content.error);
    return content;
  };
  const { session } = await ask("sessions", {});
  await ask(`sessions/${session}/setup`, setup);
  const losses = [];
  while (losses.length < steps) {
    const asked = { until: steps, steps_from: losses.length };
    losses.push(...(await ask(`sessions/${session}/frame`, asked)).history.loss.numpy);
  }
  return losses;
})().then(done, (error) => done(`${error}`));
"""


@pytest.fixture(scope="module")
def opened(site):
    with browsing(f"{site}/play") as page:
        page.open(name="index.html")
        yield page


@pytest.fixture
def page(opened):
    """The page at its points, as each test finds it."""
    opened.click("#tab-points")
    return opened


def test_its_losses_are_those_of_training_outside_the_browser(page):
    setup = Setup.from_values(SETUP)
    trained = islice(train_steps(setup, make_dataset(setup)), STEPS)
    losses = page.driver.execute_async_script(ASK, SETUP, STEPS)
    np.testing.assert_allclose(losses, [one.loss for one in trained], rtol=1e-12)


def test_a_minibatch_is_trained_and_traced_with_the_lines_of_tier_1(page):
    before = page.step
    page.train("#one-step")
    assert page.step == before + 1
    page.click("#tab-steps")
    page.click("#trace")
    page.wait("document.querySelectorAll('#stages li').length > 5")
    page.wait(
        "document.querySelector('#stage')?.innerText.includes('mlp_numpy.py')"
        " || document.querySelector('#stage')?.innerText.includes('layers_numpy.py')"
    )


def test_the_other_tiers_are_named_with_the_command_that_installs_them(page):
    page.click("#option-tier [value=paper]")
    page.wait("document.querySelector('#message').innerText.includes('[torch]')")
    assert page.js("document.querySelector('#option-tier [value=numpy]').checked")


def test_the_model_that_comes_along_classifies_test_images(page):
    page.click("#tab-digit")
    page.wait("/accuracy 9\\d\\.\\d+%/.test(document.querySelector('#digit').innerText)")
    page.wait("document.querySelectorAll('#test-images canvas, #test-images button').length > 5")
    own = (page.address.removesuffix("play"), "data:", "blob:")
    assert [one for one in page.requests() if not one.startswith(own)] == []
    assert page.complaints() == []
