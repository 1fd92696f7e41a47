# SPDX-License-Identifier: Apache-2.0
"""Text and voice channels: nothing that is written is lost, doubled or out of order, and whoever joins is heard."""
import itertools
import time

import pytest
from people import PATIENCE, sees

numbers = itertools.count(1)


class Writer:
    """A window with the channels in it."""

    def __init__(self, somebody):
        self.person, self.page, self.name = somebody, somebody.page, somebody.name

    def enter(self, path="/chat"):
        self.person.open(path)
        self.page.fill("#name", self.name)
        self.page.click("#enter")
        self.page.wait_for_selector(".chat[data-link=open]")
        return self

    def look_at(self, channel):
        self.page.click(f"[data-channel='{channel}']")
        self.page.wait_for_selector(f"[data-conversation='{channel}']")

    def write(self, text):
        self.page.fill("#text", text)
        self.page.press("#text", "Enter")

    def sees(self, text, seconds=PATIENCE):
        self.page.wait_for_selector(f".messages:not(.waiting) .words >> text={text}", timeout=seconds * 1000)

    def make(self, kind="text", unlisted=False):
        """Makes a channel with the button; its name."""
        name = f"{kind} {next(numbers)}"
        self.page.click("#new-channel")
        self.page.fill("#channel-name", name)
        self.page.check(f"#kind-{kind}")
        if unlisted:
            self.page.check("#unlisted")
        self.page.click("#create")
        self.page.wait_for_selector("dialog", state="detached")
        if kind == "text":
            self.page.wait_for_selector(f"[data-conversation='{name}']")
        return name

    def address(self):
        """What the address bar says; Playwright's own page.url follows it a moment later."""
        return self.page.evaluate("location.href")

    def key_of(self, channel):
        """The key of an unlisted channel that this person has made."""
        return self.page.evaluate("name => JSON.parse(localStorage.getItem('sterna.channel-keys'))[name]", channel)

    def facts(self):
        return self.person.facts()["chat"]

    def talk_in(self, channel):
        self.page.click(f"[data-voice='{channel}']")
        self.page.wait_for_selector(".voice-bar[data-voice-link=open]")

    def hears(self, count, seconds=PATIENCE):
        self.page.wait_for_selector(f".voice-bar[data-connected='{count}']", timeout=seconds * 1000)


@pytest.fixture
def writers(person):
    def come(*names, channel=None, **context):
        found = [Writer(person(name, **context)).enter(f"/chat/{channel}" if channel else "/chat") for name in names]
        return found
    return come


@pytest.fixture
def pair(writers):
    """Two people in a channel that nobody else is in."""
    [ana] = writers("Ana")
    channel = ana.make()
    [ben] = writers("Ben", channel=channel)
    ben.page.wait_for_selector(f"[data-conversation='{channel}']")
    sees(ana.person, "document.querySelector('#people').textContent.includes('2')")
    return ana, ben, channel


def test_what_one_writes_the_other_reads(pair):
    ana, ben, _ = pair
    ana.write("Hello!\nhttps://example.org/a, <b>bold</b>")
    ben.sees("Hello!")
    link = ben.page.query_selector(".words a")
    assert link.get_attribute("href") == "https://example.org/a"
    assert link.get_attribute("rel") == "noopener noreferrer nofollow"
    assert ben.page.query_selector(".words b") is None
    ben.page.type("#text", "hm")
    ana.person.reads("Ben is typing")


def test_ones_own_can_be_changed_and_deleted(pair):
    ana, ben, _ = pair
    ana.write("a mistkae")
    ben.sees("a mistkae")
    assert ben.page.query_selector(".menu") is None
    ana.page.click(".menu")
    ana.page.fill("#edit-text", "a mistake")
    ana.page.click("#save")
    ben.sees("a mistake")
    ben.person.reads("edited")
    ana.page.click(".menu")
    ana.page.click("dialog summary")
    ana.page.click("#delete")
    for one in (ana, ben):
        one.page.wait_for_selector(".message", state="detached")


def test_the_dialog_stays_until_the_new_channel_is_open(writers):
    [ana] = writers("Ana")
    lists = []
    # The answer comes when the test says so.
    ana.page.route("**/api/channels", lambda route: lists.append(route) if route.request.method == "GET" else route.fallback())
    ana.page.click("#new-channel")
    name = f"slow {next(numbers)}"
    ana.page.fill("#channel-name", name)
    ana.page.click("#create")
    deadline = time.monotonic() + 10
    while not lists:
        assert time.monotonic() < deadline, "nobody asks for the list"
        ana.page.wait_for_timeout(20)
    ana.page.click("#create")
    assert ana.page.query_selector("dialog"), "the address would still be that of another channel"
    lists[0].continue_()
    ana.page.wait_for_selector("dialog", state="detached")
    assert ana.page.query_selector(f"[data-conversation='{name}']")
    assert ana.address().endswith(f"/chat/{name.replace(' ', '%20')}?debug=1")


def test_what_was_not_read_is_marked_and_who_is_called_is_told(writers):
    ana, ben = writers("Ana", "Ben")
    channel = ana.make()
    ben.page.goto(ana.address())
    ben.page.wait_for_selector(f"[data-conversation='{channel}']")
    ben.look_at("general")
    ana.write("one")
    ana.write("@Ben, two")
    badge = ben.page.wait_for_selector(f"[data-channel='{channel}'] .called")
    sees(ben.person, f"document.querySelector(\"[data-channel='{channel}'] .called\")?.textContent.startsWith('@2')")
    assert "(2)" in ben.page.title(), badge.inner_text()
    ben.look_at(channel)
    ben.page.wait_for_selector("[data-calls=yes] .mention.mine")
    ben.page.wait_for_selector(f"[data-channel='{channel}'][data-unread=no]")


def test_old_messages_are_fetched_and_found(pair, site):
    ana, ben, channel = pair
    for number in range(120):
        ana.page.evaluate("n => { const f = document.querySelector('#text'); f.value = `line ${n} of many`; "
                          "f.form.requestSubmit(); }", number)
    ben.sees("line 119 of many")
    ben.page.reload()
    ben.sees("line 119 of many")
    assert len(ben.page.query_selector_all(".messages:not(.waiting) .message")) == 50
    ben.page.click("#older")
    ben.sees("line 20 of many")
    ben.page.click("#search")
    ben.page.fill("#words", "17")
    ben.page.press("#words", "Enter")
    ben.page.wait_for_selector(".found .words >> text=line 17 of many")


@pytest.mark.long
def test_a_thousand_messages_with_a_cut_in_the_middle_arrive_once_and_in_order(pair, figure):
    """Both write at once; in the middle the lines of both break for ten seconds."""
    ana, ben, channel = pair
    count = 500
    began = time.monotonic()
    for one in (ana, ben):
        one.page.evaluate("""([name, count]) => {
            let n = 0;
            const field = document.querySelector('#text');
            window.writing = setInterval(() => {
                for (let k = 0; k < 5 && n < count; k += 1, n += 1) { field.value = `${name} ${n}`; field.form.requestSubmit(); }
                if (n >= count) clearInterval(window.writing);
            }, 100);
        }""", [one.name, count])
    time.sleep(3)
    for one in (ana, ben):
        one.person.context.set_offline(True)
        one.page.evaluate("__sterna.cut()")
    time.sleep(10)
    assert ana.page.query_selector(".waiting .message") is not None
    for one in (ana, ben):
        one.person.context.set_offline(False)
    for one in (ana, ben):
        sees(one.person, "document.querySelectorAll('.messages:not(.waiting) .message').length === 1000", 60)
    figure(f"chat: 1,000 messages of two people with a cut of 10 s: all there after {time.monotonic() - began:.0f} s")
    read = [one.page.evaluate("[...document.querySelectorAll('.messages:not(.waiting) .words')].map(e => e.textContent)")
            for one in (ana, ben)]
    assert read[0] == read[1]
    for name in ("Ana", "Ben"):
        assert [text for text in read[0] if text.startswith(name)] == [f"{name} {n}" for n in range(count)]
    assert ana.facts()["waiting"] == ben.facts()["waiting"] == 0


def test_a_pasted_picture_is_drawn_anew_and_shown(pair):
    ana, ben, _ = pair
    ana.page.evaluate("""async () => {
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [2400, 1200];
        const pen = canvas.getContext('2d');
        for (let n = 0; n < 400; n += 1) { pen.fillStyle = `hsl(${n} 70% 50%)`; pen.fillRect(n * 6, 0, 6, 1200); }
        const blob = await new Promise(done => canvas.toBlob(done, 'image/png'));
        const data = new DataTransfer();
        data.items.add(new File([blob], 'shot.png', { type: 'image/png' }));
        document.querySelector('#text').dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    }""")
    ben.page.wait_for_selector(".picture img")
    sees(ben.person, "document.querySelector('.picture img').naturalWidth === 1600")
    address = ben.page.get_attribute(".picture img", "src")
    kind = ben.page.evaluate("a => fetch(a).then(r => r.headers.get('content-type'))", address)
    assert kind in ("image/webp", "image/jpeg")


def test_what_is_no_picture_is_refused_in_words(pair):
    ana, _, _ = pair
    ana.page.set_input_files("input[type=file]", {"name": "x.png", "mimeType": "image/png", "buffer": b"no picture"})
    ana.person.reads("This is no picture")


def test_four_people_talk_in_a_voice_channel_and_those_outside_see_it(writers):
    names = ("Ana", "Ben", "Cleo", "Dan")
    people = writers(*names)
    [eve] = writers("Eve")
    channel = people[0].make("voice")
    for one in (*people[1:], eve):
        one.page.reload()
    people[0].page.wait_for_selector(".voice-bar[data-voice-link=open]")
    for one in people[1:]:
        one.talk_in(channel)
    for one in people:
        one.hears(3, 45)
        for link in one.person.facts()["voice"]["people"]:
            assert link["audio"]["packetsReceived"] > 0 and "video" not in link, link
    inside = f"[data-voice='{channel}'] ~ .inside li"
    sees(eve.person, f"document.querySelectorAll(\"{inside}\").length === 4")
    # The fake microphones beep now and then: somebody is seen speaking.
    eve.page.wait_for_selector(f"{inside}[data-speaking=yes]", timeout=20_000)
    people[1].page.click("#leave-voice")
    people[0].hears(2)
    sees(eve.person, f"document.querySelectorAll(\"{inside}\").length === 3")


def test_who_is_deaf_is_also_mute_and_the_others_see_it(writers):
    ana, ben = writers("Ana", "Ben")
    channel = ana.make("voice")
    ben.page.reload()
    ben.talk_in(channel)
    ana.hears(1)
    ana.page.click("#deafen")
    sees(ana.person, "document.querySelector('#mute').dataset.on === 'no' && document.querySelector('#deafen').dataset.on === 'no'")
    ben.page.wait_for_selector(f"[data-voice='{channel}'] ~ .inside li:has-text('Ana') >> text=microphone off")
    # Who wants to speak wants to hear.
    ana.page.click("#mute")
    sees(ana.person, "document.querySelector('#mute').dataset.on === 'yes' && document.querySelector('#deafen').dataset.on === 'yes'")
    # The bar stays while one reads.
    ana.look_at("general")
    ana.hears(1)
    ana.page.click("#volumes")
    ana.page.fill("dialog input[type=range]", "0.3")
    sees(ana.person, "[...document.querySelectorAll('audio')].some(a => Math.abs(a.volume - 0.3) < 0.01)")


def test_a_voice_channel_is_joined_again_when_the_line_is_back(writers):
    ana, ben = writers("Ana", "Ben")
    channel = ana.make("voice")
    ben.page.reload()
    ben.talk_in(channel)
    ana.hears(1)
    ben.page.evaluate("__sterna.cutVoice()")
    ben.page.wait_for_selector(".voice-bar[data-voice-link=lost]", state="attached")
    ben.page.wait_for_selector(".voice-bar[data-voice-link=open]")
    for one in (ana, ben):
        one.hears(1)


def test_whoever_made_a_channel_renames_it_puts_people_out_and_closes_it(pair):
    ana, ben, channel = pair
    manage = f".sidebar [aria-label='Manage: {channel}']"
    ana.page.click(manage)
    ana.page.fill("#channel-name", channel + " and more")
    ana.page.click("dialog >> text=Rename")
    for one in (ana, ben):
        one.page.wait_for_selector(f"[data-conversation='{channel} and more']")
    ana.page.click(f".sidebar [aria-label='Manage: {channel} and more']")
    ana.page.click("[aria-label='Ban Ben']")
    ben.person.reads("does not want you in it")
    ana.page.click("dialog summary")
    ana.page.click("#close-channel")
    ana.page.wait_for_selector(f"[data-channel='{channel} and more']", state="detached")


def test_a_link_to_a_voice_channel_asks_before_one_is_heard(writers):
    [ana] = writers("Ana")
    channel = ana.make("voice", unlisted=True)
    [ben] = writers("Ben")
    ben.page.goto(f"{ben.person.site}/chat/{channel}?debug=1#{ana.key_of(channel)}")
    ben.page.click("#join-voice")
    for one in (ana, ben):
        one.hears(1)


def test_firefox_and_chromium_write_and_talk(writers, firefox):
    [ana] = writers("Ana", browser=firefox)
    text, voice = ana.make(), ana.make("voice")
    [ben] = writers("Ben", channel=text)
    ana.look_at(text)
    ana.write("from a fox")
    ben.sees("from a fox")
    ben.write("from chrome")
    ana.sees("from chrome")
    ben.talk_in(voice)
    for one in (ana, ben):
        one.hears(1, 30)


def test_two_of_one_name_are_told_apart(writers):
    """The same words of two people called Ana: under a name each, with the marks that the server gives them."""
    [ben] = writers("Ben")
    channel = ben.make()
    first, second = writers("Ana", "Ana", channel=channel)
    first.write("I am Ana")
    ben.sees("I am Ana")
    second.write("so am I")
    ben.sees("so am I")
    marks = ".message:has-text('{}') .mark:not([hidden])"
    for text in ("I am Ana", "so am I"):
        ben.page.wait_for_selector(marks.format(text))
    shown = [ben.page.text_content(marks.format(text)) for text in ("I am Ana", "so am I")]
    assert len(set(shown)) == 2 and all(len(mark) > 1 for mark in shown), shown
    # Nobody else is called Ben.
    ben.write("and I am Ben")
    first.sees("and I am Ben")
    sees(first.person, "[...document.querySelectorAll('.message')].at(-1).querySelector('.mark').hidden")


def test_an_unlisted_channel_is_found_by_its_link_alone(writers):
    ana, ben = writers("Ana", "Ben")
    channel = ana.make(unlisted=True)
    ben.page.reload()
    ben.page.wait_for_selector(".chat[data-link=open]")
    assert ben.page.query_selector(f"[data-channel='{channel}']") is None
    ben.page.goto(ana.address().split("#")[0])
    ben.page.wait_for_selector("#join-voice")
    ben.page.goto("about:blank")
    ben.page.goto(ana.address())
    ana.write("found me")
    ben.sees("found me")
