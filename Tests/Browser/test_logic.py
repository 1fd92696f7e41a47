# SPDX-License-Identifier: Apache-2.0
"""The client's rules without a network: its modules are loaded by a page and asked directly."""
import pathlib

import pytest


def test_a_list_on_the_page_follows_its_items_in_their_order(ask):
    assert ask("core/dom.js", """
        return import(new URL('signal.js', document.querySelector('link[href$="core/dom.js"]').href)).then(({ signal, flush }) => {
            const items = signal(['b', 'd']), list = document.createElement('ul'), made = [];
            m.each(list, items, (item) => item, (item) => (made.push(item), m.h('li', {}, item)));
            const kept = list.firstChild, shown = [list.textContent];
            for (const next of [['a', 'b', 'c', 'd', 'e'], ['b', 'e'], ['x', 'b', 'y']]) {
                items.set(next);
                flush();
                shown.push(list.textContent);
            }
            return [shown, list.contains(kept), made.join('')];
        })
    """) == [["bd", "abcde", "be", "xby"], True, "bdacexy"]


def test_numbered_messages_arrive_once_and_in_order(ask):
    assert ask("call/delivery.js", """
        const d = new m.Delivery();
        return [d.place(1), d.place(2), d.place(2), d.place(4), d.place(3), d.place(undefined), d.received]
    """) == ["next", "next", "repeat", "gap", "next", "next", 3]


def test_what_was_not_acknowledged_is_said_again(ask):
    assert ask("call/delivery.js", """
        const d = new m.Delivery();
        for (const sdp of ['a', 'b', 'c']) d.number({ type: 'offer', to: 'x', sdp });
        d.acknowledge(1);
        return d.resume(2).map(one => [one.seq, one.sdp])
    """) == [[3, "c"]]


def test_a_reloaded_page_goes_on_counting_where_the_server_is(ask):
    assert ask("call/delivery.js", """
        const d = new m.Delivery();
        d.inherit(12);
        const first = d.place(41);
        d.resume(17);
        return [first, d.place(42), d.place(42), d.number({ type: 'bye' }).seq]
    """) == ["next", "next", "repeat", 18]


def test_reconnecting_slows_down_to_ten_seconds_at_most(ask):
    delays = ask("line/backoff.js", "return [0, 1, 2, 3, 4, 50].flatMap(n => [m.backoff(n, 0), m.backoff(n, 1)])")
    assert delays[0] == 500 and delays[1] == 1000
    assert delays == sorted(delays[:2]) + delays[2:] and max(delays) <= 10_000 and delays[-2] == 5000


def test_repair_climbs_from_cheap_to_thorough(ask):
    def climb(is_elder, has_stood):
        return ask("peer/ladder.js", f"""
            const ladder = new m.Ladder({str(is_elder).lower()}, 0), steps = [];
            if ({str(has_stood).lower()}) {{ ladder.stands(); ladder.falls(0); }}
            for (let now = 0; now <= 100000; now += 500) {{
                const step = ladder.due(now);
                if (step) steps.push([now, step]);
            }}
            return steps""")

    assert climb(True, True) == [
        [3000, "restart"], [10000, "relay"], [22000, "renew"], [60000, "give-up"], [90000, "renew"]]
    elder, younger = climb(True, True), climb(False, True)
    assert all(mine[0] < theirs[0] for mine, theirs in zip(elder[:3], younger[:3]))
    assert climb(True, False)[0] == [9000, "restart"]


def test_a_connection_that_comes_back_starts_at_the_foot_of_the_ladder(ask):
    assert ask("peer/ladder.js", """
        const ladder = new m.Ladder(true, 0);
        ladder.stands(); ladder.falls(0);
        const steps = [ladder.due(2999), ladder.due(3000), ladder.due(3001)];
        ladder.stands();
        steps.push(ladder.due(90000));
        ladder.falls(100000, true);
        return [...steps, ladder.due(100000)]
    """) == [None, "restart", None, None, "restart"]


def test_steps_do_not_pile_up_while_nobody_can_be_told(ask):
    assert ask("peer/ladder.js", """
        const ladder = new m.Ladder(true, 0);
        ladder.stands(); ladder.falls(0);
        for (let now = 0; now < 40000; now += 500) ladder.wait(now);
        return [ladder.due(40000), ladder.due(40001), ladder.due(46499), ladder.due(46500)]
    """) == ["restart", None, None, "relay"]


def test_more_people_get_less_picture_each(ask):
    shares = ask("peer/bitrate.js", "return [1, 2, 3].map(n => m.share(n, 0, false))")
    assert [one["bitrate"] for one in shares] == [1_200_000, 600_000, 350_000]
    assert [one["height"] for one in shares] == [720, 540, 360]
    rungs = ask("peer/bitrate.js", "return [0, 1, 2, 3].map(n => m.share(1, n, true)?.bitrate ?? null)")
    assert rungs == [600_000, 300_000, 120_000, None]


def test_quality_does_not_flicker(ask):
    assert ask("peer/quality.js", """
        const good = { roundTrip: 40, lossIn: 0, lossOut: 0, concealed: 0, freezes: 0, outgoing: 9e5, isLimited: false };
        const bad = { ...good, lossIn: 0.2, lossOut: 0.2 };
        const q = new m.Quality();
        return [good, bad, good, bad, bad, good, good, good, good, good, good, good, good, good, good]
            .map(s => q.add(s).incoming)
    """) == ["good"] * 4 + ["poor"] * 5 + ["fair"] * 5 + ["good"]


def test_a_description_tells_which_connection_made_it(ask):
    assert ask("peer/description.js", """
        return ['v=0\\r\\no=- 4611731400430051336 2 IN IP4 127.0.0.1\\r\\n', 'v=0\\r\\n'].map(m.sessionOf)
    """) == ["4611731400430051336", ""]


def test_links_and_codes_are_recognised(ask):
    token = "7hN2kQvYb3xWcR9mTzPdLs"
    texts = [token, f" {token}\n", f"https://call.example/r/{token}", f"https://call.example/r/{token}?lang=ru",
             f"Let's talk: https://call.example/r/{token}", "https://call.example/", "0OIl" * 6, "short", ""]
    assert ask("home/rooms.js", f"return {texts!r}.map(m.tokenIn)") == [token] * 5 + [None] * 4


@pytest.mark.parametrize("language, expected", [
    ("ru", ["1 человек", "2 человека", "4 человека", "5 человек", "11 человек", "21 человек", "22 человека"]),
    ("en", ["1 person", "2 people", "4 people", "5 people", "11 people", "21 people", "22 people"]),
])
def test_plural_forms(ask, language, expected):
    counts = [1, 2, 4, 5, 11, 21, 22]
    assert ask("core/language.js", f"""
        m.speak('{language}');
        return {counts}.map(count => m.t('peopleCount', {{ count }}))
    """) == [text.replace(" ", "\u00a0") if language == "ru" else text for text in expected]


def test_both_languages_fill_in_the_same_parts(ask):
    assert ask("words/en.js", """
        return import(new URL('ru.js', document.querySelector('link[href$="words/en.js"]').href)).then(({ russian }) => {
            const parts = entry => [...new Set(Object.values(typeof entry === 'string' ? { entry } : entry)
                .flatMap(text => text.match(/\\{\\w+\\}/g) ?? []))].sort().join();
            return Object.keys(m.english).filter(key => {
                const [a, b] = [parts(m.english[key]), parts(russian[key])];
                // “one” may say the number in words.
                return a !== b && typeof m.english[key] === 'string';
            })
        })
    """) == []


def test_no_sentence_is_left_that_nobody_says(ask):
    """Words are named in the modules as they are, or put together from a problem and a device."""
    client = pathlib.Path(__file__).parents[2] / "Sources" / "Web" / "client"
    said = "".join(file.read_text() for file in client.rglob("*.js") if file.parent.name != "words")
    words = ask("words/en.js", "return Object.keys(m.english)")
    devices = tuple(f"{problem}{device}" for problem in ("denied", "blocked", "missing", "busy", "unsuitable", "unplugged", "unknown")
                    for device in ("Camera", "Microphone", "Both"))
    assert [word for word in words if f'"{word}"' not in said and word not in devices] == []


def test_a_key_of_the_words_is_used_once(ask):
    """A table that is spread into another would silently take its place."""
    folder = pathlib.Path(__file__).parents[2] / "Sources" / "Web" / "client" / "words"
    for language in ("en", "ru"):
        keys = [line.split(":")[0].strip() for path in sorted(folder.glob(f"{language}*.js"))
                for line in path.read_text().splitlines() if line.startswith("    ") and not line.startswith("     ") and ":" in line
                and not line.strip().startswith("//")]
        assert len(keys) > 250 and sorted(keys) == sorted(set(keys)), {key for key in keys if keys.count(key) > 1}


@pytest.mark.parametrize("text, kept", [
    ("Войти в звонок", "Войти в~звонок"), ("Вы и я на связи", "Вы~и~я~на~связи"), ("Sterna — звонок", "Sterna~— звонок"),
    ("В звонке уже {count} человек", "В~звонке уже {count}~человек"), ("друг друга", "друг~друга"),
    ("Ваш PIN-код", "Ваш PIN\u2011код"), ("Подождите минуту", "Подождите минуту"),
])
def test_a_russian_line_breaks_where_a_reader_would_break_it(ask, text, kept):
    assert ask("core/typography.js", f"return m.russianSpaces({text!r})") == kept.replace("~", "\u00a0")


def test_a_name_turns_round_nothing_but_itself(ask):
    assert ask("core/typography.js", r"return ['Ana', 'a\u202eb', '\u05d0\u05d1'].map(m.isolated)") == [
        "Ana", "\u2068ab\u2069", "\u2068\u05d0\u05d1\u2069"]
