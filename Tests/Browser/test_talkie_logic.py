# SPDX-License-Identifier: Apache-2.0
"""The walkie-talkie's rules without a network: who has the air, what a touch means, how one keeps to the live edge."""
import pytest


def walk(ask, inputs):
    """The state and the steps after each input of a fresh floor."""
    return ask("talkie/floor.js", f"""
        const floor = new m.Floor();
        return {inputs}.map(input => [floor.handle(input), floor.state])
    """)


QUIET = "{ you: 'a', talker: null }"
BEN = "{ you: 'a', talker: 'b' }"


def test_a_press_records_at_once_and_goes_out_when_the_air_is_given(ask):
    assert walk(ask, f"[{QUIET}, 'press', 'granted', 'release', 'flushed', 'released']") == [
        [[], "free"], [["record", "ask"], "asking"], [["air", "tone-grant"], "talking"], [["finish"], "ending"],
        [["give"], "free"], [[], "free"]]


def test_a_refused_press_is_forgotten(ask):
    assert walk(ask, f"[{QUIET}, 'press', 'denied', 'release']")[2:] == [[["discard", "tone-busy"], "free"], [[], "free"]]


def test_a_press_while_another_talks_asks_nobody(ask):
    assert walk(ask, f"[{BEN}, 'press', 'released', {QUIET}, 'press']") == [
        [[], "listening"], [["tone-busy"], "listening"], [["tone-free"], "free"], [[], "free"],
        [["record", "ask"], "asking"]]


def test_air_that_comes_after_the_finger_has_gone_is_given_back(ask):
    assert walk(ask, f"[{QUIET}, 'press', 'release', 'granted']")[2:] == [[["discard", "give"], "free"], [["give"], "free"]]


def test_air_that_is_taken_back_ends_the_recording(ask):
    assert walk(ask, f"[{QUIET}, 'press', 'granted', 'released', 'release']")[3:] == [
        [["discard", "tone-taken"], "free"], [[], "free"]]


def test_a_lost_line_ends_the_talk_and_nothing_is_pressed_until_it_is_back(ask):
    assert walk(ask, f"[{QUIET}, 'press', 'granted', 'lost', 'press', {QUIET}, 'press']")[3:] == [
        [["discard", "tone-taken"], "away"], [[], "away"], [[], "free"], [["record", "ask"], "asking"]]


def test_news_of_oneself_talking_changes_nothing(ask):
    assert walk(ask, f"[{QUIET}, 'press', 'granted', {{ you: 'a', talker: 'a' }}]")[3] == [[], "talking"]


@pytest.mark.parametrize("touches, meanings", [
    ("[['down', 0], ['up', 900]]", ["press", "release"]),
    ("[['down', 0], ['up', 100], ['down', 5000], ['up', 5100]]", ["press", None, None, "release"]),
    ("[['down', 0], ['up', 100], ['down', 5000], ['up', 9000]]", ["press", None, None, "release"]),
    ("[['down', 0], ['down', 30], ['let', 40], ['up', 50]]", ["press", None, "release", None]),
    ("[['click'], ['click'], ['click']]", ["press", "release", "press"]),
    ("[['up', 0], ['let', 10]]", [None, None]),
])
def test_a_touch_holds_and_a_tap_locks(ask, touches, meanings):
    assert ask("talkie/grip.js", f"const grip = new m.Grip(); return {touches}.map(([name, now]) => grip[name](now))") == meanings


@pytest.mark.parametrize("given, expected", [
    # Near the edge nothing is done; late one hurries until near again; hopelessly late one jumps.
    ("{ time: 1, rate: 1, ranges: [{ start: 0, end: 1.4 }] }", {"seek": None, "rate": 1}),
    ("{ time: 1, rate: 1, ranges: [{ start: 0, end: 1.8 }] }", {"seek": None, "rate": 1.15}),
    ("{ time: 1, rate: 1.15, ranges: [{ start: 0, end: 1.4 }] }", {"seek": None, "rate": 1.15}),
    ("{ time: 1, rate: 1.15, ranges: [{ start: 0, end: 1.2 }] }", {"seek": None, "rate": 1}),
    ("{ time: 1, rate: 1, ranges: [{ start: 0, end: 4 }] }", {"seek": 3.75, "rate": 1}),
    # In the middle of a talk the stream begins late, and lost clusters leave a gap.
    ("{ time: 0, rate: 1, ranges: [{ start: 12.3, end: 12.4 }] }", {"seek": 12.3, "rate": 1}),
    ("{ time: 5, rate: 1, ranges: [{ start: 0, end: 5 }, { start: 7, end: 8 }] }", {"seek": 7, "rate": 1}),
    ("{ time: 0, rate: 1, ranges: [] }", {"seek": None, "rate": 1}),
])
def test_a_listener_keeps_to_the_live_edge(ask, given, expected):
    assert ask("talkie/pace.js", f"return m.pace({{ ...{given}, isLive: true }})") == expected


def test_what_is_heard_again_is_not_hurried(ask):
    assert ask("talkie/pace.js", "return m.pace({ time: 1, rate: 1, ranges: [{ start: 0, end: 30 }], isLive: false })") == {
        "seek": None, "rate": 1}


def test_frames_are_a_byte_and_a_payload(ask):
    assert ask("talkie/frames.js", """
        const read = (...bytes) => m.read(Uint8Array.from(bytes).buffer);
        const info = m.read(new TextEncoder().encode('\\x14{"you":"a","talker":null,"peers":[],"mime":null}').buffer);
        return Promise.resolve([
            read(0x10).type, read(0x11).type, read(0x12).type, [...read(0x13, 7, 8).bytes], info.info.you,
            read(0x15, 104, 105).payload, read(0x99).type, [...m.press], [...m.release], [...m.replay], [...m.ping('hi')],
        ])
    """) == ["granted", "denied", "released", [7, 8], "a", "hi", "unknown", [1], [2], [5], [4, 104, 105]]


def test_names_are_made_fit_for_the_server(ask):
    names = ["  Ana  Lena ", "a\u202eb", "e\u0301", "\u0007", "x" * 70]
    assert ask("core/name.js", f"return {names!r}.map(m.cleanName)") == ["Ana Lena", "a b", "\u00e9", "", "x" * 64]


# Two recordings as recorders make them, of a voice every 20 ms and of pictures at the times that are told.
STREAMS = """
    const { Reader, head, cluster, simpleBlock, join } = m;
    const stream = (isPicture, times, keys) => join([
        head([{ number: 1, isPicture, entry: Uint8Array.of(0x83, 0x81, isPicture ? 1 : 2) }], 1000), cluster(0),
        ...times.map(time => simpleBlock({ track: 1, time, isKey: !isPicture || keys.includes(time), data: Uint8Array.of(time & 255) }, 0))]);
    const folder = new URL("..", document.querySelector('link[href$="talkie/webm.js"]').href);
    const load = name => import(new URL("talkie/" + name, folder).href);
"""


@pytest.fixture
def webm(ask, site):
    """webm(body): what `body` returns with the module, in a page of the walkie-talkie."""
    def run(body):
        return ask("talkie/webm.js", STREAMS.replace(
            """document.querySelector('link[href$="talkie/webm.js"]').href""",
            """document.querySelector('script[src]').src.replace("main.js", "talkie/webm.js")""") + body)
    return run


def test_a_stream_is_read_however_it_is_cut(webm):
    assert webm("""
        const whole = stream(true, [0, 40, 300], [0]), found = [];
        for (const size of [1, 2, 3, 7, 64, whole.length]) {
            const reader = new Reader(), blocks = [];
            for (let at = 0; at < whole.length; at += size) blocks.push(...reader.read(whole.subarray(at, at + size)));
            found.push(JSON.stringify([reader.tracks.map(one => [one.number, one.isPicture]), blocks.map(one => [one.time, one.isKey])]));
        }
        return [...new Set(found)]
    """) == ['[[[1,true]],[[0,true],[40,false],[300,false]]]']


@pytest.mark.parametrize("bytes", ["0, 0, 0, 0", "0x1a, 0x45, 0xdf, 0xa3, 0x0f, 0xff, 0xff, 0xff, 0xff"])
def test_what_is_no_stream_is_known_as_such(webm, bytes):
    assert webm(f"const reader = new Reader(); return [reader.read(Uint8Array.of({bytes})).length, reader.isBroken]") == [0, True]


def test_voice_and_picture_are_one_stream_whose_times_never_go_back_and_no_voice_waits(webm):
    assert webm("""
        return load("weaver.js").then(({ Weaver }) => {
            const weaver = new Weaver(Uint8Array.of(0x83, 0x81, 1)), out = [];
            const voice = Array.from({ length: 50 }, (_, index) => index * 20);
            out.push(weaver.take("picture", stream(true, [0, 500], [0, 500]), 500));
            const early = out[0].length;
            out.push(weaver.take("sound", stream(false, voice, []), 980));
            const reader = new Reader(), blocks = out.flatMap(bytes => reader.read(bytes));
            const times = blocks.map(one => one.time);
            return [early, reader.tracks.length, blocks.filter(one => one.track === 1).length, blocks.filter(one => one.track === 2).length,
                times.every((time, index) => index === 0 || time >= times[index - 1])];
        })
    """) == [0, 2, 50, 2, True]


def test_one_stream_is_two_again_and_a_picture_begins_whole(webm):
    assert webm("""
        return Promise.all([load("weaver.js"), load("splitter.js")]).then(([{ Weaver }, { Splitter }]) => {
            const weaver = new Weaver(Uint8Array.of(0x83, 0x81, 1)), splitter = new Splitter();
            const woven = join([weaver.take("sound", stream(false, [0, 20, 40, 60], []), 60),
                weaver.take("picture", stream(true, [0, 30, 50], [30]), 50), weaver.finish()]);
            const { sound, picture } = splitter.take(woven), found = [sound, picture].map(bytes => {
                const reader = new Reader(), blocks = reader.read(bytes);
                return [reader.tracks.map(one => one.isPicture), blocks.length];
            });
            return found;
        })
    """) == [[[False], 4], [[True], 2]]


def test_a_picture_follows_the_voice_and_jumps_only_where_there_is_one(ask):
    pictures = "ranges: [{ start: 0, end: 10 }]"
    assert ask("talkie/pace.js", f"""return [
        m.follow({{ leader: 5, time: 5.05, isSeeking: false, {pictures} }}), m.follow({{ leader: 5, time: 4.8, isSeeking: false, {pictures} }}),
        m.follow({{ leader: 5, time: 2, isSeeking: false, {pictures} }}), m.follow({{ leader: 12, time: 2, isSeeking: false, {pictures} }}),
        m.follow({{ leader: 5, time: 4.3, isSeeking: true, {pictures} }}),
    ].map(advice => [advice.seek, advice.rate])""") == [[None, 1], [None, 1.1], [5, 1], [None, 1], [None, 1.1]]
