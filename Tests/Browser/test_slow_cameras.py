# SPDX-License-Identifier: Apache-2.0
"""The walkie-talkie with cameras that give few pictures, or none for a while: the voice is heard as if there were none."""
import time

import pytest
from people import CHROMIUM, sees
from test_talkie import Radio, channels

# A camera as slow as one likes, which stands still for a while now and then. The voice is the fake device's own.
CAMERA = """
    const real = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
    if (real) navigator.mediaDevices.getUserMedia = async wanted => {
        if (!wanted.video) return real(wanted);
        const stream = wanted.audio ? await real({ audio: wanted.audio }) : new MediaStream();
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [640, 480];
        const pen = canvas.getContext("2d"), drawn = canvas.captureStream(0), [track] = drawn.getVideoTracks();
        let count = 0, until = 0;
        const draw = () => {
            if (performance.now() < until) return;
            count += 1;
            if (EVERY && count % EVERY === 0) until = performance.now() + PAUSE;
            pen.fillStyle = `hsl(${count * 40 % 360} 60% 50%)`;
            pen.fillRect(0, 0, 640, 480);
            // Firefox asks the stream, Chromium the track.
            (track.requestFrame ? track : drawn).requestFrame();
        };
        draw();
        setInterval(draw, 1000 / RATE);
        stream.addTrack(track);
        return stream;
    };
"""
# What the listener plays, by the voice's element and the picture's.
HEARD = """(() => {
    const [audio, video] = ["audio.heard", "video.heard"].map(one => document.querySelector(one));
    const { buffered } = audio;
    return { time: audio.currentTime, behind: buffered.length ? buffered.end(buffered.length - 1) - audio.currentTime : 9,
        ranges: buffered.length, frames: video.getVideoPlaybackQuality().totalVideoFrames,
        apart: Math.abs(audio.currentTime - video.currentTime) };
})()"""


def camera(rate, pause=0, every=0):
    return CAMERA.replace("RATE", str(rate)).replace("PAUSE", str(pause)).replace("EVERY", str(every))


@pytest.fixture
def talk(person):
    """talk(script, browsers…): Ana, with a camera of that script, holds the button, and Ben hears her."""
    talking = []

    def begin(script="", talker=None, listener=None, prepare=""):
        channel = next(channels)
        browsers = [{"browser": one} if one else {} for one in (talker, listener)]
        ana, ben = (Radio(person(name, **options)) for name, options in zip(("Ana", "Ben"), browsers, strict=True))
        if script:
            ana.person.context.add_init_script(script)
        if prepare:
            ben.person.context.add_init_script(prepare)
        for radio in (ana, ben):
            radio.join(channel)
        ana.page.focus("#talk")
        ana.page.keyboard.down("Space")
        talking.append(ana)
        ben.wait("listening")
        ben.hears(15)
        return ana, ben

    yield begin
    for ana in talking:
        ana.page.keyboard.up("Space")


def listens(ben, seconds=3, frames=2, patience=30):
    """Ben hears for some seconds: without a break, near to the live edge, and with the pictures that belong to it.

    A machine that is busy with something else breaks any stretch of time; what breaks every one is the page.
    """
    begun, tries = time.monotonic(), []
    while not tries or time.monotonic() - begun < patience:
        tries.append(stretch(ben, seconds, frames))
        if not tries[-1]:
            return
    raise AssertionError("\n".join(tries) + "\n" + ben.person.story())


def stretch(ben, seconds, frames):
    """What was wrong with the next seconds; nothing where they were as they should be."""
    before, begun = ben.page.evaluate(HEARD), time.monotonic()
    time.sleep(seconds)
    after, ended = ben.page.evaluate(HEARD), time.monotonic()
    heard, seen = after["time"] - before["time"], after["frames"] - before["frames"]
    faults = [
        heard > (ended - begun) - 0.7 or f"{heard:.1f} s of {ended - begun:.1f} s were heard",
        after["behind"] < 1 or "far behind the live edge",
        seen >= frames or f"{seen} pictures",
        frames == 0 or after["apart"] < 1 or "voice and picture are apart",
    ]
    told = ", ".join(one for one in faults if one is not True)
    return told and f"{told}: {before} {after}"


slow = pytest.mark.long


@pytest.mark.parametrize("rate", [2, 7, pytest.param(5, marks=slow), pytest.param(15, marks=slow)])
def test_a_slow_camera_makes_nobody_unheard(talk, rate):
    ana, ben = talk(camera(rate))
    listens(ben, frames=rate)
    ben.page.wait_for_selector("[data-shown=picture]")


@pytest.mark.parametrize("pause, every", [(2500, 20), pytest.param(500, 20, marks=slow), pytest.param(250, 6, marks=slow)])
def test_a_camera_that_stands_still_now_and_then_delays_no_voice(talk, pause, every):
    ana, ben = talk(camera(20, pause, every))
    listens(ben, 4)


def test_a_camera_that_stops_for_good_leaves_the_voice(talk):
    ana, ben = talk(camera(20, 3_600_000, 20))
    time.sleep(1.5)
    listens(ben, frames=0)


def test_who_comes_while_the_camera_stands_still_hears_at_once(talk, person):
    ana, ben = talk(camera(20, 3_600_000, 20))
    time.sleep(2)
    cleo = Radio(person("Cleo"))
    cleo.join(ana.page.evaluate("decodeURIComponent(location.pathname.split('/')[2])"))
    cleo.hears(5)
    listens(cleo, 2, frames=0)


@slow
def test_a_slow_camera_of_the_browser_itself(playwright, person, talk):
    """Without a canvas: what Chromium's recorder makes of a camera in dim light."""
    arguments = [one + "=fps=5" if one.startswith("--use-fake-device") else one for one in CHROMIUM]
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
    ana, ben = talk(talker=browser)
    listens(ben, frames=5)
    ana.page.keyboard.up("Space")
    ben.wait("free")
    sees(ben.person, "__sterna && document.querySelector('audio.heard').src === ''", 5)


# Firefox gives up a voice where there is no sound card, as on machines that test; taken up by a stream it needs none.
WITHOUT_CARD = """
    const { play } = HTMLAudioElement.prototype;
    HTMLMediaElement.prototype.play = function () {
        if (this.localName === "audio" && !this.srcObject) this.mozCaptureStream();
        return play.call(this);
    };
"""


def test_firefox_talks_and_hears_with_a_slow_camera(talk, firefox):
    ana, ben = talk(camera(3), listener=firefox, prepare=WITHOUT_CARD)
    listens(ben, frames=3)
    ana.page.keyboard.up("Space")
    ben.wait("free")
    ana, ben = talk(camera(3), talker=firefox)
    listens(ben, frames=3)


def test_who_cannot_hear_still_sees(talk, firefox):
    """The same without a sound card: the picture goes on by itself."""
    ana, ben = talk(listener=firefox)
    ben.page.wait_for_selector("[data-shown=picture]")
    for _ in range(2):
        before = ben.page.evaluate(HEARD)["frames"]
        sees(ben.person, f"document.querySelector('video.heard').getVideoPlaybackQuality().totalVideoFrames > {before} + 10", 10)


def test_a_hidden_window_goes_on_talking_and_hearing(talk):
    hide = """() => {
        Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
        Object.defineProperty(document, 'hidden', { get: () => true });
        document.dispatchEvent(new Event('visibilitychange'));
    }"""
    ana, ben = talk(camera(7))
    ben.page.evaluate(hide)
    listens(ben, frames=0)


# The browser has room for two seconds: as after a long talk on a small device.
SMALL = """
    const { appendBuffer } = SourceBuffer.prototype;
    window.refusals = 0;
    SourceBuffer.prototype.appendBuffer = function (bytes) {
        const { buffered } = this;
        if (buffered.length && buffered.end(buffered.length - 1) - buffered.start(0) > ROOM) {
            window.refusals += 1;
            throw new DOMException("full", "QuotaExceededError");
        }
        return appendBuffer.call(this, bytes);
    };
"""


@pytest.mark.parametrize("room", [1, pytest.param(4, marks=slow)])
def test_a_browser_without_room_for_a_long_talk_goes_on_hearing(talk, room):
    ana, ben = talk(prepare=SMALL.replace("ROOM", str(room)))
    listens(ben, 6)
    assert ben.page.evaluate("refusals") > 0
