# SPDX-License-Identifier: Apache-2.0
"""What is written on the screens of a call fits, at every size and enlarged four times; the code is whole and can be read."""
import subprocess

import pytest
from people import sees

SIZES = [(320, 568), (390, 844), (568, 320), (1280, 720), (1440, 900), (1920, 1080)]
# 1280 by 720 at 400 %.
ENLARGED = (320, 180)

# A word of a button that stands over the edge of the button, or is cut off by it.
CUT = """() => [...document.querySelectorAll('.bar button, .alone button, dialog[open] button, .larger button')].flatMap(button => {
    const frame = button.getBoundingClientRect();
    return [...button.querySelectorAll('span:not(.state)')].filter(word => {
        const range = document.createRange();
        range.selectNodeContents(word);
        const box = range.getBoundingClientRect();
        return box.left < frame.left - 0.5 || box.right > frame.right + 0.5 || box.top < frame.top - 0.5 || box.bottom > frame.bottom + 0.5;
    }).map(word => `${button.id} ${word.textContent}`);
})"""
# What of the bar cannot be reached by scrolling down.
OUTSIDE = """() => [...document.querySelectorAll('.bar button')].filter(button => {
    const box = button.getBoundingClientRect();
    return box.left < 0 || box.right > innerWidth || box.bottom + scrollY > document.documentElement.scrollHeight;
}).map(button => button.id)"""


def fits(somebody, width, height):
    somebody.page.set_viewport_size({"width": width, "height": height})
    sees(somebody, f"innerWidth === {width} && innerHeight === {height}")
    assert somebody.page.evaluate(CUT) == [], f"{width}x{height}"
    assert somebody.page.evaluate(OUTSIDE) == [], f"{width}x{height}"
    assert somebody.page.evaluate("document.documentElement.scrollWidth") <= width, f"{width}x{height} is too wide"
    if (width, height) != ENLARGED:
        bar = somebody.page.locator(".bar").bounding_box()
        assert bar["height"] <= height / 4, f"{width}x{height}: the bar is {bar['height']} high"
        assert bar["y"] + bar["height"] <= height, f"{width}x{height}: the bar ends below the edge"


def read_code(somebody, path):
    """The link in what a camera in front of the screen would see, if there is one to be read."""
    somebody.page.screenshot(path=path)
    found = subprocess.run(["zbarimg", "-q", "--raw", path], capture_output=True, text=True, timeout=60)
    return found.stdout.strip()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_word_of_a_call_fits_at_every_size(person, language):
    ana, ben = person("Maximiliane-Wilhelmina Featherstonehaugh", locale={"en": "en-US", "ru": "ru-RU"}[language], reduced_motion="reduce"), person("Ben")
    path = ana.start()
    ana.join()
    ana.wait("waiting")
    for size in [*SIZES, ENLARGED]:
        fits(ana, *size)
    ben.join(path)
    ana.wait("connected")
    for size in [*SIZES, ENLARGED]:
        fits(ana, *size)
    # One's own picture lies within the other's, and covers no quarter of it.
    ana.page.set_viewport_size({"width": 320, "height": 568})
    own, other = (ana.page.locator(name).bounding_box() for name in (".tile.own", ".tile:not(.own)"))
    assert other["x"] <= own["x"] and own["x"] + own["width"] <= other["x"] + other["width"]
    assert own["width"] * own["height"] < other["width"] * other["height"] / 4
    assert ana.page.evaluate("getComputedStyle(document.querySelector('.tile:not(.own) video')).objectFit") == "contain"


@pytest.mark.parametrize("width, height", [(320, 568), (568, 320)])
def test_the_code_is_whole_and_can_be_read(person, tmp_path, width, height):
    ana = person("Ana", viewport={"width": width, "height": height}, reduced_motion="reduce")
    link = ana.site + ana.start()
    ana.page.locator(".qr img").scroll_into_view_if_needed()
    assert read_code(ana, tmp_path / "link.png") == link
    ana.join()
    ana.wait("waiting")
    sees(ana, "document.querySelector('.alone img').complete")
    assert read_code(ana, tmp_path / "alone.png") == link
    ana.page.click("#invite")
    ana.page.locator("dialog .qr img").scroll_into_view_if_needed()
    sees(ana, "document.querySelector('dialog .qr img').complete")
    # The one of the page behind lies under the sheet, in the dark.
    ana.page.evaluate("document.querySelector('.alone .qr').style.visibility = 'hidden'")
    assert read_code(ana, tmp_path / "invite.png") == link
