# SPDX-License-Identifier: Apache-2.0
"""Cameras and microphones that do not open: what is wrong is said, and the browser is not asked without end."""
import itertools
import time

import pytest
from people import sees

ERRORS = ["NotAllowedError", "NotFoundError", "NotReadableError", "OverconstrainedError", "SecurityError", "AbortError",
          "TypeError", "InvalidStateError"]
LISTED = """[{ kind: 'audioinput', deviceId: 'a', label: 'A', groupId: 'g' },
    { kind: 'videoinput', deviceId: 'b', label: 'B', groupId: 'g' }]"""
# getUserMedia fails by that name; devices are listed or are not.
BROKEN = """
    if (navigator.mediaDevices) {
        window.asked = 0;
        window.listed = LISTED;
        navigator.mediaDevices.getUserMedia = async () => {
            window.asked += 1;
            throw NAME === "TypeError" ? new TypeError("no") : new DOMException("no", NAME);
        };
        navigator.mediaDevices.enumerateDevices = async () => window.listed;
    }
"""
numbers = itertools.count(1)


def call(somebody):
    somebody.start()
    somebody.page.click("#open-call")


def talkie(somebody):
    somebody.open(f"/talkie/broken {next(numbers)}")
    somebody.page.click("#join")


def voice(somebody):
    somebody.open("/chat")
    somebody.page.fill("#name", "Ana")
    somebody.page.click("#enter")
    somebody.page.click("[data-voice]")


def broken(name, listed):
    return BROKEN.replace("NAME", f'"{name}"').replace("LISTED", LISTED if listed else "[]")


def asks_no_more(somebody, most):
    """The browser was asked `most` times at most, and is not asked again by itself."""
    sees(somebody, "asked > 0 && document.querySelector('[data-problem]')")
    time.sleep(0.5)
    asked = somebody.page.evaluate("asked")
    assert asked <= most, asked
    time.sleep(0.7)
    assert somebody.page.evaluate("asked") == asked


@pytest.mark.parametrize("listed", [True, False], ids=["listed", "none"])
@pytest.mark.parametrize("name", [*ERRORS[:4], *(pytest.param(one, marks=pytest.mark.long) for one in ERRORS[4:])])
def test_devices_that_do_not_open_before_a_call(person, name, listed):
    ana = person("Ana")
    ana.context.add_init_script(broken(name, listed))
    call(ana)
    asks_no_more(ana, 3)
    # Somebody asks again: that is one question more, not a thousand.
    before = ana.page.evaluate("asked")
    ana.page.click("[data-problem] button")
    sees(ana, f"asked > {before}")
    asks_no_more(ana, before + 3)


@pytest.mark.parametrize("go", [talkie, voice], ids=["talkie", "channels"])
@pytest.mark.parametrize("name, listed", [("NotFoundError", True), ("NotFoundError", False), ("NotReadableError", True),
                                          ("NotAllowedError", True)])
def test_devices_that_do_not_open_elsewhere(person, go, name, listed):
    ana = person("Ana")
    ana.context.add_init_script(broken(name, listed))
    go(ana)
    asks_no_more(ana, 3)


def test_devices_that_do_not_open_in_a_call_of_the_messenger(person):
    mia, nik = person("Mia"), person("Nik")
    mia.context.add_init_script(broken("NotFoundError", True))
    for somebody in (mia, nik):
        somebody.open("/calls")
        somebody.page.fill("#name", somebody.name)
        somebody.page.click("#enter")
        somebody.page.wait_for_selector("[data-screen=book][data-link=open]")
    key = nik.page.evaluate("JSON.parse(localStorage['sterna.me']).userId")
    mia.page.evaluate(f"location.hash = '#add={key}'")
    mia.page.wait_for_selector("[data-contact=Nik][data-online=yes]")
    mia.page.click("[data-contact=Nik] .dial-voice")
    asks_no_more(mia, 3)


def test_firefox_that_the_system_keeps_from_the_camera_says_so(person, firefox):
    ana = person("Ana", browser=firefox)
    ana.context.add_init_script(broken("NotFoundError", True))
    call(ana)
    ana.reads("Your system keeps the camera and microphone from the browser")
    asks_no_more(ana, 3)


def test_what_was_missing_is_opened_when_it_is_plugged_in(person):
    ana = person("Ana")
    ana.context.add_init_script(broken("NotFoundError", False))
    call(ana)
    ana.reads("No camera and no microphone were found")
    asked = ana.page.evaluate("asked")
    time.sleep(1)
    ana.page.evaluate(f"listed = {LISTED}; navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    sees(ana, f"asked > {asked}")
    # It tells of itself again and again, and still does not open.
    for _ in range(30):
        ana.page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    asks_no_more(ana, asked + 3)


def test_a_device_that_ends_as_soon_as_it_is_opened_is_not_opened_without_end(person):
    ana = person("Ana")
    ana.context.add_init_script("""
        const real = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
        window.asked = 0;
        if (real) navigator.mediaDevices.getUserMedia = async wanted => {
            window.asked += 1;
            const stream = await real(wanted);
            for (const track of stream.getTracks()) setTimeout(() => {
                track.stop();
                track.dispatchEvent(new Event("ended"));
            }, 50);
            return stream;
        };
    """)
    call(ana)
    asks_no_more(ana, 4)


@pytest.mark.parametrize("error, known, problem", [
    ("new DOMException('', 'NotAllowedError')", (True, False, True), "denied"),
    ("new DOMException('', 'NotAllowedError')", (True, True, True), "blocked"),
    ("new DOMException('Permission denied by system', 'NotAllowedError')", (True, False, True), "blocked"),
    ("new DOMException('', 'NotFoundError')", (True, False, True), "blocked"),
    ("new DOMException('', 'NotFoundError')", (False, False, True), "missing"),
    ("new DOMException('', 'NotReadableError')", (True, True, True), "busy"),
    ("new DOMException('', 'OverconstrainedError')", (True, True, True), "unsuitable"),
    ("new TypeError()", (False, False, False), "insecure"),
    ("new TypeError()", (True, False, True), "unknown"),
    ("'something else'", (True, False, True), "unknown"),
])
def test_each_error_is_a_problem_of_its_kind(ask, error, known, problem):
    listed, granted, secure = (str(one).lower() for one in known)
    assert ask("media/problems.js",
               f"return m.problemOf({error}, {{ isListed: {listed}, isGranted: {granted}, isSecure: {secure} }})") == problem


def test_a_device_is_tried_again_when_another_is_plugged_in_and_ever_more_seldom(ask):
    assert ask("media/retry.js", """
        const retry = new m.Retry();
        retry.failed(['a'], 0);
        const said = [retry.isWorth(['a'], 5000), retry.isWorth(['a', 'b'], 5000), retry.isWorth(['a', 'b', 'c'], 5500)];
        for (let now = 8000, count = 0; now < 60000; now += 100) said.push(retry.isWorth([String(now)], now));
        return [said.slice(0, 3), said.slice(3).filter(Boolean).length]
    """) == [[False, True, False], 4]
