# SPDX-License-Identifier: Apache-2.0
"""A double click, the Enter key, and what they do to the screen that comes next."""
import time

import pytest
from people import sees


def press_twice(somebody, selector, pause, gone=False):
    """Two clicks at one place, `pause` seconds apart by the clock that the page sees, however busy the machine is.

    With `gone` the second comes when what the first pressed has left the page.
    """
    # Scrolled to, and standing still.
    somebody.page.locator(selector).click(trial=True)
    box = somebody.page.locator(selector).bounding_box()
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2, "button": "left", "clickCount": 1}
    hand, first = somebody.context.new_cdp_session(somebody.page), time.time()
    for at in (first, first + pause):
        for kind in ("mousePressed", "mouseReleased"):
            hand.send("Input.dispatchMouseEvent", {"type": kind, "timestamp": at, **place})
        if gone and at == first:
            somebody.page.wait_for_selector(selector, state="detached")


@pytest.mark.parametrize("how", ["camera", "voice", "neither"])
@pytest.mark.parametrize("width, height", [(1280, 720), (390, 844)])
def test_a_double_click_on_join_joins_and_presses_nothing_else(person, how, width, height):
    ana = person("Ana")
    ana.page.set_viewport_size({"width": width, "height": height})
    ana.start()
    ana.page.click("#open-call")
    ana.page.wait_for_selector(".mirror[data-picture=on]")
    # The press that opened the preview may have been at the same place: this one is to be no second click of that.
    ana.page.wait_for_timeout(600)
    press_twice(ana, f"#join-{how}", 0.15, gone=True)
    ana.wait("waiting")
    assert ana.page.query_selector("dialog[open], [data-ending]") is None
    on = {"camera": ("yes", "yes"), "voice": ("yes", "no"), "neither": ("no", "no")}[how]
    assert (ana.page.get_attribute("#microphone", "data-on"), ana.page.get_attribute("#camera", "data-on")) == on


def test_two_clicks_on_one_switch_are_two(person):
    ana = person("Ana")
    ana.start()
    ana.join()
    ana.wait("waiting")
    ana.page.evaluate("""
        window.presses = 0;
        document.querySelector("#microphone").addEventListener("click", () => window.presses += 1);
    """)
    press_twice(ana, "#microphone", 0.1)
    sees(ana, "window.presses === 2 && document.querySelector('#microphone').dataset.on === 'yes'")


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_enter_joins(person, browser, request):
    ana = person("Ana", browser=request.getfixturevalue(browser))
    ana.start()
    ana.page.click("#open-call")
    ana.page.wait_for_selector(".mirror[data-picture=on]")
    ana.page.fill("#name", "Ana")
    ana.page.keyboard.press("Enter")
    ana.wait("waiting")
    ana.page.wait_for_selector("#microphone[data-on=yes]")


def test_enter_joins_with_a_pin_only_when_there_is_one(person):
    ana = person("Ana")
    ana.open()
    ana.page.click("summary")
    ana.page.fill("#pin", "4711")
    ana.page.click("#start")
    ana.page.click("#open-call")
    ana.page.wait_for_selector(".mirror[data-picture=on]")
    ana.page.focus("#name")
    ana.page.keyboard.press("Enter")
    assert ana.page.query_selector(".call") is None
    ana.page.fill("#pin", "4711")
    ana.page.keyboard.press("Enter")
    ana.wait("waiting")


@pytest.mark.parametrize("width, height", [(320, 568), (390, 844), (1280, 720)])
def test_who_closes_the_end_of_a_call_may_ring_somebody_at_once(person, width, height):
    """Two presses within half a second, by the clock that the page sees: nothing that rings lies where “Close” was."""
    ana, ben = person("Ana", viewport={"width": width, "height": height}), person("Ben")
    for somebody in (ana, ben):
        somebody.open("/calls")
        somebody.page.fill("#name", somebody.name)
        somebody.page.click("#enter")
        somebody.page.wait_for_selector("[data-screen=book][data-link=open]")
    ben.page.evaluate("id => { location.hash = `#add=${id}` }", ana.page.evaluate("JSON.parse(localStorage['sterna.me']).userId"))
    ana.page.wait_for_selector("[data-contact=Ben][data-online=yes]")
    # Wherever the page was before.
    ana.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    ben.page.click(".dial-video")
    ana.page.click("#decline")
    ana.page.locator("#dismiss").click(trial=True)
    hand, at = ana.context.new_cdp_session(ana.page), time.time()
    for selector in ("#dismiss", ".dial-video"):
        box = ana.page.locator(selector).bounding_box()
        place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2, "button": "left", "clickCount": 1}
        for kind in ("mousePressed", "mouseReleased"):
            hand.send("Input.dispatchMouseEvent", {"type": kind, "timestamp": at, **place})
        at += 0.2
        if selector == "#dismiss":
            ana.page.wait_for_selector("#dismiss", state="detached")
    ben.page.wait_for_selector("#accept-video")


@pytest.mark.parametrize("second, gone, counts", [
    ("{ element: 2, x: 12, y: 10, at: 150 }", "true", False), ("{ element: 1, x: 12, y: 10, at: 150 }", "true", True),
    ("{ element: 2, x: 12, y: 10, at: 900 }", "true", True), ("{ element: 2, x: 200, y: 10, at: 150 }", "true", True),
    ("{ element: 2, x: 12, y: 10, at: 150 }", "false", True), ("{ element: 2, x: 12, y: 10, at: 150, isMouse: true }", "true", False),
    ("{ element: 2, x: 25, y: 10, at: 150 }", "true", False), ("{ element: 2, x: 25, y: 10, at: 150, isMouse: true }", "true", True),
])
def test_a_second_press_counts_unless_what_the_first_pressed_is_gone(ask, second, gone, counts):
    assert ask("core/calm.js", f"""
        const calm = new m.Calm();
        const isGone = () => {gone};
        return [calm.admits({{ element: 1, x: 10, y: 10, at: 0 }}, isGone), calm.admits({second}, isGone)]
    """) == [True, counts]
