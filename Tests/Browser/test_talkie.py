# SPDX-License-Identifier: Apache-2.0
"""The walkie-talkie: who presses is seen and heard by all on the channel, one at a time."""
import itertools
import time

import pytest
from people import PATIENCE, sees

channels = (f"shore {number}" for number in itertools.count(1))


class Radio:
    """A window with a walkie-talkie in it."""

    def __init__(self, somebody):
        self.person, self.page = somebody, somebody.page

    def join(self, channel, sound_only=False):
        self.person.open(f"/talkie/{channel}")
        self.page.fill("#name", self.person.name)
        if sound_only:
            self.page.check("#only")
        self.page.click("#join")
        self.page.wait_for_selector(".talkie[data-link=open]")
        sees(self.person, "!document.querySelector('video.own').srcObject === " + str(sound_only).lower())
        return self

    def facts(self):
        return self.person.facts()["talkie"]

    def wait(self, state, seconds=PATIENCE):
        self.page.wait_for_selector(f".talkie[data-state={state}]", timeout=seconds * 1000)

    def press(self):
        box = self.page.locator("#talk").bounding_box()
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.page.mouse.down()
        self.pressed = time.monotonic()

    def release(self):
        """Lets go; not so soon that it would be a tap."""
        time.sleep(max(0, self.pressed + 0.4 - time.monotonic()))
        self.page.mouse.up()

    def hears(self, seconds=PATIENCE):
        """Waits until something is seen or heard; the moments of the page."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            facts = self.facts()
            if facts["moments"]["firstHeard"] and facts["time"] > 0:
                return facts["moments"]
            time.sleep(0.02)
        raise AssertionError(f"{self.person.name} hears nothing\n" + self.person.story())


@pytest.fixture
def radios(person):
    """radios(names…): people on a channel of their own."""
    def meet(*names, **options):
        channel = next(channels)
        found = [Radio(person(name)).join(channel, **options) for name in names]
        for radio in found:
            sees(radio.person, f"document.querySelectorAll('.chip').length === {len(names)}")
        return found
    return meet


def test_the_other_sees_who_presses_at_once(radios, figure):
    ana, ben = radios("Ana", "Ben")
    times = []
    for _ in range(5):
        ana.press()
        ben.wait("listening")
        heard = ben.hears()["firstHeard"]
        times.append(heard - ana.facts()["moments"]["pressed"])
        sees(ben.person, "document.querySelector('video.heard').videoWidth > 0")
        ben.person.reads("Ana is talking")
        ana.person.reads("You are on the air")
        ana.release()
        ben.wait("free")
        ana.wait("free")
    figure(f"walkie-talkie: press to the other's first frame, {len(times)} presses: median {sorted(times)[2]} ms, slowest {max(times)} ms")
    # The aim is 500 ms; what a loaded machine adds is not the page's.
    assert min(times) < 500, times


def test_who_comes_in_the_middle_of_a_talk_sees_it_soon(radios, person, figure):
    ana, ben = radios("Ana", "Ben")
    ana.press()
    ben.hears()
    time.sleep(1.5)
    cleo = Radio(person("Cleo"))
    cleo.join(ana.page.evaluate("decodeURIComponent(location.pathname.split('/')[2])"))
    moments = cleo.hears()
    figure(f"walkie-talkie: from joining in the middle of a talk to the first frame: {moments['firstHeard'] - moments['opened']} ms")
    sees(cleo.person, "document.querySelector('video.heard').videoWidth > 0")
    ana.release()
    cleo.wait("free")


def test_one_talks_at_a_time_and_the_first_press_after_it_wins(radios):
    ana, ben = radios("Ana", "Ben")
    ana.press()
    ben.wait("listening")
    ben.press()
    ben.person.reads("The air is taken")
    ben.release()
    ana.release()
    ben.wait("free")
    ben.press()
    ben.wait("talking")
    ana.wait("listening")
    ben.release()


def test_a_tap_talks_without_holding_and_another_ends_it(radios):
    ana, ben = radios("Ana", "Ben")
    ana.page.click("#talk")
    ana.wait("talking")
    ana.person.reads("Tap when done")
    ben.hears()
    ana.page.click("#talk")
    ana.wait("free")
    ben.wait("free")


def test_the_keys_talk_but_not_where_they_mean_something_else(radios):
    ana, ben = radios("Ana", "Ben")
    ana.page.evaluate("document.activeElement.blur()")
    ana.page.keyboard.down("Space")
    ben.wait("listening")
    ana.page.wait_for_timeout(400)
    ana.page.keyboard.up("Space")
    ben.wait("free")
    ana.page.focus("#talk")
    ana.page.keyboard.down("Enter")
    ben.wait("listening")
    ana.page.wait_for_timeout(400)
    ana.page.keyboard.up("Enter")
    ben.wait("free")
    ana.page.focus("#sound-only")
    ana.page.keyboard.press("Space")
    sees(ana.person, "document.querySelector('#sound-only').getAttribute('aria-pressed') === 'true'")
    assert ana.facts()["state"] == "free"


def test_sound_alone_is_heard(radios):
    ana, ben = radios("Ana", "Ben", sound_only=True)
    ana.press()
    ben.hears()
    ben.page.wait_for_selector("[data-shown=voice]")
    assert ben.facts()["width"] == 0
    ana.release()


def test_the_last_talk_is_heard_again_and_marked_until_then(radios, person):
    ana, ben = radios("Ana", "Ben")
    ana.press()
    ben.hears()
    ana.page.wait_for_timeout(600)
    ana.release()
    ben.wait("free")
    cleo = Radio(person("Cleo"))
    cleo.join(ana.page.evaluate("decodeURIComponent(location.pathname.split('/')[2])"))
    cleo.page.wait_for_selector("#replay[data-unheard=yes]")
    cleo.page.click("#replay")
    cleo.page.wait_for_selector("[data-shown=picture]")
    cleo.page.wait_for_selector("#replay[data-unheard=no]")
    cleo.page.wait_for_selector("[data-shown=quiet]")


def test_a_listener_whose_line_breaks_comes_back_into_the_talk(radios):
    ana, ben = radios("Ana", "Ben")
    ana.press()
    ben.hears()
    ben.page.evaluate("__sterna.cut()")
    ben.wait("listening")
    ben.hears()
    ana.release()
    ben.wait("free")


def test_a_browser_without_the_decoder_says_so(radios):
    ana, ben = radios("Ana", "Ben")
    ben.page.evaluate("MediaSource.isTypeSupported = () => false")
    ana.press()
    ben.person.reads("Ana is talking, but this browser cannot play their format (WebM)")
    ana.release()
    ben.wait("free")


def test_a_slow_listener_slows_nobody(radios, figure):
    """One of three gets a tenth of what the talk needs."""
    ana, ben, cleo = radios("Ana", "Ben", "Cleo")
    link = cleo.person.context.new_cdp_session(cleo.page)
    link.send("Network.enable")
    link.send("Network.emulateNetworkConditions",
              {"offline": False, "latency": 100, "downloadThroughput": 4000, "uploadThroughput": 4000})
    ana.press()
    ben.hears()
    time.sleep(4)
    behind = ben.page.evaluate("(v => v.buffered.end(v.buffered.length - 1) - v.currentTime)(document.querySelector('audio.heard'))")
    figure(f"walkie-talkie: beside a listener at 4 kB/s another is {behind:.2f} s behind what it has received")
    assert ben.facts()["time"] > 3 and behind < 1.5, (ben.facts(), behind)
    ana.release()
    ben.wait("free")


def test_firefox_and_chromium_hear_each_other(person, firefox, figure):
    channel = next(channels)
    ana, ben = Radio(person("Ana", browser=firefox)), Radio(person("Ben"))
    ana.join(channel)
    ben.join(channel)
    for one, other, way in ((ana, ben, "Firefox to Chromium"), (ben, ana, "Chromium to Firefox")):
        one.page.focus("#talk")
        one.page.keyboard.down("Space")
        one.wait("talking")
        heard = other.hears()["firstHeard"]
        figure(f"walkie-talkie: press to the other's first frame, {way}: {heard - one.facts()['moments']['pressed']} ms")
        sees(other.person, "document.querySelector('video.heard').videoWidth > 0")
        one.page.wait_for_timeout(400)
        one.page.keyboard.up("Space")
        other.wait("free")
        one.wait("free")


def test_closing_the_window_in_the_middle_of_a_talk_frees_the_air(radios):
    ana, ben = radios("Ana", "Ben")
    ana.press()
    ben.wait("listening")
    ana.person.context.close()
    ben.wait("free")
