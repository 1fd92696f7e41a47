# SPDX-License-Identifier: Apache-2.0
"""Whoever was away is seen and heard again: what the page shows follows the connection that there is now."""
import os
import signal
import time

import psutil
import pytest
from conftest import SITE
from people import CHROMIUM, Person, sees
from server import Server

# The server keeps a seat for 45 seconds.
SHORT, LOST, LONG = 10, 46, 120

# What the elements of the others play: tracks that live, and a picture that advances.
SHOWN = """
    [...document.querySelectorAll('.tile:not(.own)')].map(tile => ({
        tracks: [...tile.querySelectorAll('video, audio')].flatMap(
            element => element.srcObject.getTracks().map(track => track.kind + ' ' + track.readyState)),
        frames: tile.querySelector('video').getVideoPlaybackQuality().totalVideoFrames,
        paused: tile.querySelector('video').paused,
    }))
"""


def shows(somebody, others=1, seconds=40):
    """Waits until somebody's page shows that many others, each by live tracks and a picture that advances."""
    until = time.monotonic() + seconds
    before = somebody.page.evaluate(SHOWN)
    while True:
        time.sleep(0.5)
        now = somebody.page.evaluate(SHOWN)
        if len(now) == others and all(
                sorted(tile["tracks"]) == ["audio live", "video live"] and not tile["paused"] for tile in now):
            if len(before) == others and all(b["frames"] < n["frames"] for b, n in zip(before, now, strict=True)):
                return
        before = now
        assert time.monotonic() < until, f"{somebody.name} sees {now}\n" + somebody.story()


def company(person, names, **query):
    """People in a call; each sees all the others."""
    people = [person(name) for name in names]
    first = people[0]
    first.open()
    first.page.click("summary")
    first.page.select_option("#people", str(len(names)))
    first.page.click("#start")
    first.page.wait_for_selector("#open-call")
    path = first.path()
    first.join()
    for somebody in people[1:]:
        somebody.join(path, **query)
    for somebody in people:
        shows(somebody, len(names) - 1, 60)
    return people


# The seat is given up behind the page's back, and the page comes back without it, as after 45 seconds.
FORGETFUL = """
    const send = WebSocket.prototype.send;
    let last = null, seq = 0, isForgetful = false;
    WebSocket.prototype.send = function (data) {
        const message = typeof data === "string" && data.startsWith("{") ? JSON.parse(data) : {};
        if (message.seq) [last, seq] = [this, message.seq];
        const { resume, ack, ...rest } = message;
        return send.call(this, isForgetful && message.type === "join" ? JSON.stringify(rest) : data);
    };
    window.loseSeat = () => {
        send.call(last, JSON.stringify({ type: "bye", seq: seq + 1 }));
        isForgetful = true;
        __sterna.cut();
    };
"""


@pytest.mark.parametrize("names", [("Ana", "Ben"), ("Ana", "Ben", "Cleo", "Dan")], ids=["two", "four"])
def test_whoever_lost_their_seat_sees_the_others_again(person, names):
    """The others have the same names and identifiers as before, and none of the connections."""

    def forgetful(name):
        somebody = person(name)
        somebody.context.add_init_script(FORGETFUL)
        return somebody

    people = company(forgetful, names)
    ben = people[1]
    ben.page.evaluate("loseSeat()")
    for somebody in people:
        shows(somebody, len(names) - 1)


def test_a_voice_channel_sounds_again_after_the_line_was_away(person):
    people = [person("Ana"), person("Ben")]
    for somebody in people:
        somebody.open("/chat")
        somebody.page.fill("#name", somebody.name)
        somebody.page.click("#enter")
        somebody.page.wait_for_selector(".chat[data-link=open]")
        somebody.page.click("[data-voice]")
    ana, ben = people
    live = """(tracks => tracks.length === 1 && tracks[0].readyState === 'live')(
        [...document.querySelectorAll('audio')].flatMap(audio => audio.srcObject?.getTracks() ?? []))"""
    for somebody in people:
        somebody.page.wait_for_selector('.voice-bar[data-connected="1"]')
        sees(somebody, live)
    ben.page.evaluate("__sterna.cutVoice()")
    ben.page.wait_for_selector('.voice-bar[data-voice-link=lost]')
    for somebody in people:
        somebody.page.wait_for_selector('.voice-bar[data-voice-link=open][data-connected="1"]', timeout=20_000)
        sees(somebody, live)


@pytest.mark.long
@pytest.mark.parametrize("seconds", [SHORT, LOST, LONG])
@pytest.mark.parametrize("names", [("Ana", "Ben"), ("Ana", "Ben", "Cleo", "Dan")], ids=["two", "four"])
def test_a_line_to_the_server_that_was_away(person, names, seconds):
    people = company(person, names)
    ben = people[1]
    ben.context.set_offline(True)
    ben.page.evaluate("__sterna.cut()")
    time.sleep(seconds)
    ben.context.set_offline(False)
    for somebody in people:
        shows(somebody, len(names) - 1, 60)


@pytest.mark.long
@pytest.mark.parametrize("seconds", [SHORT, LOST, LONG])
@pytest.mark.parametrize("names", [("Ana", "Ben"), ("Ana", "Ben", "Cleo", "Dan")], ids=["two", "four"])
def test_a_device_that_slept(person, playwright, site, names, seconds):
    """Every process of Ben's browser stands still, as on a laptop that is closed."""
    before = set(psutil.Process().children(recursive=True))
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
    own = set(psutil.Process().children(recursive=True)) - before
    try:
        people = company(lambda name: person(name, browser=browser) if name == "Ben" else person(name), names)
        own |= {child for process in list(own) if process.is_running() for child in process.children(recursive=True)}
        asleep = [process for process in own if "chrom" in process.name()]
        for process in asleep:
            os.kill(process.pid, signal.SIGSTOP)
        time.sleep(seconds)
        for process in asleep:
            os.kill(process.pid, signal.SIGCONT)
        for somebody in people:
            shows(somebody, len(names) - 1, 60)
        for somebody in people:
            somebody.context.close()
    finally:
        browser.close()


@pytest.mark.long
@pytest.mark.parametrize("seconds", [SHORT, LOST, LONG])
def test_a_server_that_was_down(chromium, seconds):
    server = Server("sterna", SITE)
    server.wait_until_ready()
    people = []
    try:
        def come(name):
            people.append(Person(chromium, f"http://localhost:{server.web_port}", name))
            return people[-1]

        company(come, ("Ana", "Ben"))
        server.process.kill()
        server.process.wait()
        time.sleep(seconds)
        server.started = time.monotonic()
        server.process = server.start()
        server.wait_until_ready()
        for somebody in people:
            shows(somebody, 1, 60)
    finally:
        for somebody in people:
            somebody.close()
        server.stop()
