# SPDX-License-Identifier: Apache-2.0
"""Two people call each other, and only the relay is between them."""
import os
import statistics
import time
import urllib.request

import pytest
from conftest import SITE
from people import Person, sees

# Calls that are timed; LONG has enough for a figure to quote.
RUNS = 20 if os.environ.get("LONG") else 5


def told(somebody):
    """The descriptions that went out of somebody's page."""
    return [line for line in somebody.facts()["log"] if " told " in line]


def test_pictures_and_voices_go_both_ways_through_the_relay(couple):
    for somebody in couple()[:2]:
        link = somebody.wait_frames(10)
        assert link["local"]["type"] == "relay", link
        assert link["audio"]["packetsReceived"] > 0, link
        sees(somebody, "document.querySelector('.tile:not(.own) audio').paused === false")


def test_the_first_frame_comes_soon(person, figure):
    """Many calls one after the other: from the press on “Join” to the other's first frame."""
    ana, path, times = person("Ana"), None, []
    path = ana.start(relay="1")
    ana.join()
    for _ in range(RUNS):
        ben = person("Ben")
        ben.join(path, relay="1")
        sees(ben, "!!document.querySelector('.call[data-status=connected]')")
        ben.wait_frames(1)
        timings = ben.facts()["timings"]
        times.append(timings["first-frame"] - timings["join"])
        ben.page.click("#leave")
        ana.wait("waiting")
        ben.context.close()
    assert len(times) == RUNS
    times.sort()
    p95 = times[min(len(times) - 1, round(0.95 * len(times)))]
    figure(f"join to first remote frame over the relay, {RUNS} calls: median {statistics.median(times):.0f} ms, "
           f"p95 {p95} ms, slowest {times[-1]} ms")


def test_a_reload_restores_the_call_and_the_other_does_nothing(couple):
    ana, ben, _ = couple()
    ben.wait_frames(5)
    before = ana.links()[0]["id"]
    ben.page.reload()
    ben.wait("connected")
    ben.wait_frames(5)
    ana.wait("connected")
    link = ana.wait_frames(5)
    assert link["id"] == before, "the seat was given up"
    assert ben.page.query_selector("#join-camera") is None
    # Without a press on the page the browser may hold the sound back; then a button says so.
    sees(ben, "!document.querySelector('.tile:not(.own) audio').paused || document.querySelector('[data-banner=sound] button')")


def test_the_first_one_reloads_too(couple):
    ana, ben, _ = couple()
    ana.wait_frames(5)
    ana.page.reload()
    ana.wait("connected")
    ana.wait_frames(5)
    ben.wait_frames(5)


def test_both_reload_at_once(couple):
    ana, ben, _ = couple()
    ana.wait_frames(5)
    for somebody in (ana, ben):
        somebody.page.evaluate("setTimeout(() => location.reload(), 50)")
    time.sleep(0.5)
    for somebody in (ana, ben):
        somebody.wait("connected", 15)
        somebody.wait_frames(5)


def test_the_call_outlives_the_line_to_the_server(couple):
    """The WebSocket dies and cannot come back for a while: the voices go on, and words say what is the matter."""
    ana, ben, _ = couple()
    ana.wait_frames(5)
    ben.context.set_offline(True)
    # What stands is cut, what is offline cannot be opened anew.
    ben.page.evaluate("__sterna.cut()")
    ben.page.wait_for_selector("[data-banner=lost]")
    ben.wait_frames(10)
    ana.wait_frames(10)
    ben.context.set_offline(False)
    ben.page.wait_for_selector("[data-banner=lost]", state="detached", timeout=15_000)
    # What was changed in between arrives.
    ben.page.click("#microphone")
    ana.page.wait_for_selector(".tile:not(.own) .badge >> text=Muted")
    assert ana.links()[0]["renewals"] == 0


def test_microphone_and_camera_are_switched_without_a_new_connection(couple):
    ana, ben, _ = couple()
    ana.wait_frames(5)
    before = [told(somebody) for somebody in (ana, ben)]
    ana.page.click("#camera")
    ben.page.wait_for_selector(".tile:not(.own)[data-picture=off]")
    assert ana.page.get_by_role("button", name="Camera off").is_visible()
    ana.page.click("#camera")
    ben.page.wait_for_selector(".tile:not(.own)[data-picture=on]")
    ben.wait_frames(5)
    ana.page.click("#microphone")
    ben.page.wait_for_selector(".tile:not(.own) .badge >> text=Muted")
    ana.page.click("#microphone")
    ben.page.wait_for_selector(".tile:not(.own) .badge", state="detached")
    assert [told(somebody) for somebody in (ana, ben)] == before


@pytest.mark.parametrize("how", ["voice", "neither"])
def test_one_may_come_without_a_camera_and_switch_it_on_later(person, how):
    ana, ben = person("Ana"), person("Ben")
    path = ana.start(relay="1")
    ana.join()
    ben.join(path, how=how, relay="1")
    ben.wait("connected")
    ben.wait_frames(5)
    ana.page.wait_for_selector(".tile:not(.own)[data-picture=off]")
    ben.page.click("#camera")
    ana.page.wait_for_selector(".tile:not(.own)[data-picture=on]")
    ana.wait_frames(5)


def test_a_screen_is_shown_to_the_other(couple):
    ana, ben, _ = couple()
    # What the browser's own dialogue would give: here a picture that moves.
    ana.page.evaluate("""() => { navigator.mediaDevices.getDisplayMedia = async () => {
        const canvas = document.createElement('canvas');
        const pen = canvas.getContext('2d');
        [canvas.width, canvas.height] = [800, 450];
        setInterval(() => { pen.fillStyle = `hsl(${Date.now() / 20} 60% 50%)`; pen.fillRect(0, 0, 800, 450); }, 50);
        return canvas.captureStream(15);
    }}""")
    ana.page.click("#screen")
    ana.page.wait_for_selector("[data-banner=sharing]")
    ben.page.wait_for_selector(".tile.screen")
    sees(ben, "document.querySelector('.tile.screen video').videoWidth === 800")
    ana.page.click("[data-banner=sharing] button")
    ben.page.wait_for_selector(".tile.screen", state="detached")


def test_who_left_by_mistake_comes_back(couple):
    ana, ben, _ = couple()
    ben.page.click("#leave")
    ben.wait_ending("left")
    ana.wait("waiting")
    ben.page.click("#again")
    ben.wait("connected")
    ana.wait("connected")
    ana.wait_frames(5)
    ben.wait_frames(5)


def test_a_third_person_is_told_that_the_call_is_full(couple, person):
    ana, _, path = couple()
    cleo = person("Cleo")
    cleo.join(path)
    cleo.wait_ending("full")
    cleo.reads("The call is full")
    assert len(ana.links()) == 1


def test_four_people_see_each_other(person):
    ana = person("Ana")
    ana.open()
    ana.page.click("summary")
    ana.page.select_option("#people", "4")
    ana.page.click("#start")
    ana.page.wait_for_selector("#open-call")
    path = ana.path()
    ana.join()
    others = [person(name) for name in ("Ben", "Cleo", "Dan")]
    for somebody in others:
        somebody.join(path, relay="1")
    for somebody in (ana, *others):
        sees(somebody, "document.querySelectorAll('.tile[data-condition=connected]').length === 3", 45)


def test_the_owner_ends_the_call_for_everybody(couple):
    ana, ben, path = couple()
    ana.page.click("#settings")
    ana.page.click("text=End the call for everyone")
    ana.page.click("#end-for-all")
    for somebody in (ana, ben):
        somebody.wait_ending("owner")
        somebody.reads("The call was ended")
    ben.open(path)
    ben.wait_ending("expired")


def test_a_wrong_link_is_explained(person):
    ana = person("Ana")
    ana.open("/r/7hN2kQvYb3xWcR9mTzPdLs")
    ana.wait_ending("unknown")
    ana.reads("There is no call under this link")


def test_a_call_with_a_pin(person):
    ana, ben = person("Ana"), person("Ben")
    ana.open(relay="1")
    ana.page.click("summary")
    ana.page.fill("#pin", "4711")
    ana.page.click("#start")
    ana.page.wait_for_selector("#open-call")
    path = ana.path()
    ana.join(pin="4711")
    ana.wait("waiting")
    ben.join(path, pin="1234", relay="1")
    ben.page.wait_for_selector("[data-pin=wrong]")
    ben.page.fill("#pin", "4711")
    ben.page.click("#enter")
    ben.wait("connected")
    ana.wait_frames(5)


def test_a_seat_that_is_taken_from_another_browser_ends_here(couple, chromium, site):
    """What the first browser knew of its seat, in a second one, which cannot see the first one's windows."""
    ana, ben, path = couple()
    memory = ben.page.evaluate("JSON.stringify({...sessionStorage})")
    other = Person(chromium, site, "Ben")
    other.context.add_init_script(f"for (const [key, value] of Object.entries({memory})) sessionStorage[key] = value")
    other.open(path, relay="1")
    other.wait("connected")
    ben.wait_ending("elsewhere")
    ana.wait("connected")
    ana.wait_frames(5)
    other.close()


def test_somebody_who_vanishes_is_waited_for(couple):
    ana, ben, _ = couple()
    ana.wait_frames(5)
    ben.context.close()
    ana.page.wait_for_selector("text=Waiting for them to come back", timeout=25_000)


def test_a_browser_that_finds_no_candidate_gets_a_fresh_connection(person):
    """What Chromium does now and then, made certain: the first connection gathers for ever and finds nothing."""
    ana, ben = person("Ana"), person("Ben")
    ana.context.add_init_script("""
        const Real = RTCPeerConnection;
        let made = 0;
        window.RTCPeerConnection = class extends Real {
            constructor(given) {
                const lost = { ...given, iceServers: [{ urls: "turn:192.0.2.1:9", username: "a", credential: "b" }] };
                super(made++ === 0 ? { ...lost, iceTransportPolicy: "relay" } : given);
            }
        };
    """)
    path = ana.start(relay="1")
    ana.join()
    ben.join(path, relay="1")
    for somebody in (ana, ben):
        somebody.wait("connected", 15)
        somebody.wait_frames(5)
    assert ana.links()[0]["renewals"] == 1


def test_how_a_call_came_about_is_counted_for_the_operator(serve, chromium):
    server = serve(SITE + ["prometheus", "prometheus-port={proxy_port}"])
    people = [Person(chromium, f"http://localhost:{server.web_port}", name) for name in ("Ana", "Ben")]

    def counted(sample):
        page = urllib.request.urlopen(f"http://127.0.0.1:{server.proxy_port}/metrics", timeout=5).read().decode()
        return next((float(line.split()[-1]) for line in page.splitlines() if line.startswith(sample + " ")), 0)

    try:
        ana, ben = people
        path = ana.start(relay="1")
        ana.join()
        ana.wait("waiting")
        ben.join(path, relay="1")
        for somebody in people:
            somebody.wait("connected", 20)
        until = time.monotonic() + 20
        while not counted("sterna_call_first_frame_seconds_count"):
            assert time.monotonic() < until, ana.story()
            time.sleep(0.2)
        assert counted('sterna_calls_total{result="first-attempt"}') == 1
        assert counted('sterna_calls_connected_total{way="relayed"}') == 1
    finally:
        for somebody in people:
            somebody.close()
