# SPDX-License-Identifier: Apache-2.0
"""Calls as in a messenger: ringing on every device, and every way in which a call can end, in words."""
import signal
import time

import pytest
from conftest import SITE
from people import PATIENCE, Person, sees
from server import Server


class Phone:
    """A window with the calls in it."""

    def __init__(self, somebody, key=None):
        self.person, self.page, self.name = somebody, somebody.page, somebody.name
        if key:
            # Another device of the same person, by the link with the key.
            self.person.open("/calls")
            self.page.goto(self.person.site + "/calls?debug=1#me=" + key)
            self.page.reload()
        else:
            self.person.open("/calls")
            self.page.fill("#name", self.name)
            self.page.click("#enter")
        self.page.wait_for_selector("[data-screen=book][data-link=open]")

    @property
    def me(self):
        return self.page.evaluate("JSON.parse(localStorage['sterna.me'])")

    @property
    def key(self):
        me = self.me
        return f"{me['userId']}:{me['secret']}:{me['name']}"

    def knows(self, other):
        """Opens the other's link."""
        self.page.evaluate("id => { location.hash = `#add=${id}` }", other.me["userId"])
        self.page.wait_for_selector(f"[data-contact='{other.name}'][data-online=yes]")
        other.page.wait_for_selector(f"[data-contact='{self.name}'][data-online=yes]")

    def call(self, other, how="video"):
        self.page.click(f"[data-contact='{other.name}'] .dial-{how}")

    def state(self):
        return self.person.facts()["telephone"]["state"]

    def rings(self):
        self.page.wait_for_selector("#accept-video")

    def talks(self, seconds=PATIENCE):
        self.page.wait_for_selector(".talk[data-status=connected]", timeout=seconds * 1000)
        return self.person.wait_frames(1) if self.person.links()[0].get("video") else None

    def is_told(self, reason, seconds=PATIENCE):
        self.page.wait_for_selector(f"[data-reason='{reason}']", timeout=seconds * 1000)

    def frames(self):
        return self.person.wait_frames(5)


@pytest.fixture
def phones(person):
    def come(*names):
        found = [Phone(person(name)) for name in names]
        for one in found[1:]:
            found[0].knows(one)
        return found
    return come


def test_a_call_is_accepted_and_both_see_each_other(phones, figure):
    ana, ben = phones("Ana", "Ben")
    ana.call(ben)
    ben.rings()
    ana.page.wait_for_selector(".status >> text=Ringing")
    # Nothing is opened before one accepts.
    assert ben.person.facts()["call"]["people"] == []
    assert ben.page.query_selector("video") is None
    began = time.monotonic()
    ben.page.click("#accept-video")
    for one in (ana, ben):
        one.talks()
        one.frames()
    figure(f"messenger: from accepting to pictures both ways: {time.monotonic() - began:.1f} s")
    ana.page.click("#hang-up")
    ben.is_told("hangup")
    ana.is_told("hangup")
    ana.page.click("#dismiss")
    ana.page.wait_for_selector("[data-outcome=answered][data-direction=outgoing]")


def test_an_answer_by_voice_shows_no_picture_until_one_is_wanted(phones):
    ana, ben = phones("Ana", "Ben")
    ana.call(ben, "voice")
    ben.rings()
    ben.page.click("#accept-voice")
    for one in (ana, ben):
        one.talks()
        one.page.wait_for_selector(".tile:not(.own)[data-picture=off]")
    # From voice to video and back within the call.
    ben.page.click("#camera")
    ana.page.wait_for_selector(".tile:not(.own)[data-picture=on]")
    ana.frames()
    ben.page.click("#camera")
    ana.page.wait_for_selector(".tile:not(.own)[data-picture=off]")
    ana.page.click("#microphone")
    sees(ana.person, "document.querySelector('#microphone').dataset.on === 'no'")
    assert ana.person.links()[0]["renewals"] == 0


def test_a_declined_call_says_so(phones):
    ana, ben = phones("Ana", "Ben")
    ana.call(ben)
    ben.rings()
    ben.page.click("#decline")
    ana.is_told("rejected")
    ana.person.reads("Ben has declined")
    ben.is_told("declined")


def test_a_call_that_is_given_up_is_missed_and_called_back(phones):
    ana, ben = phones("Ana", "Ben")
    ana.call(ben, "voice")
    ben.rings()
    ana.page.click("#hang-up")
    ana.is_told("cancelled")
    ben.is_told("missed")
    ben.page.click("#dismiss")
    ben.page.wait_for_selector("[data-missed=yes]")
    sees(ben.person, "document.title.startsWith('(1)')")
    ben.page.click("[aria-label='Call Ana back']")
    ana.rings()
    ana.page.click("#decline")


@pytest.mark.long
def test_nobody_answers(phones):
    ana, ben = phones("Ana", "Ben")
    ana.call(ben)
    ben.rings()
    ana.is_told("no-answer", 25)
    ana.person.reads("Ben does not answer")
    ben.is_told("missed")


def test_somebody_on_another_call_is_busy(phones):
    ana, ben, cleo = phones("Ana", "Ben", "Cleo")
    cleo.knows(ben)
    ana.call(ben)
    ben.rings()
    cleo.call(ben)
    cleo.is_told("busy")
    cleo.person.reads("Ben is on another call")
    ben.page.click("#accept-voice")
    ana.talks()
    cleo.page.click("#call-again")
    cleo.is_told("busy")


def test_somebody_who_is_not_there_is_not_rung(phones):
    ana, ben = phones("Ana", "Ben")
    ben.person.context.close()
    ana.page.wait_for_selector("[data-contact=Ben][data-online=no]")
    ana.call(ben)
    ana.is_told("offline")


def test_an_answer_on_one_device_ends_the_ringing_on_the_other(phones, person):
    ana, ben = phones("Ana", "Ben")
    other = Phone(person("Ben"), ben.key)
    assert other.me["userId"] == ben.me["userId"]
    assert "#" not in other.page.url, "the key stays in the address"
    ana.call(ben)
    for device in (ben, other):
        device.rings()
    other.page.click("#accept-video")
    ben.is_told("answered-elsewhere")
    ben.person.reads("Answered on your other device")
    for one in (ana, other):
        one.talks()
        one.frames()


def test_two_who_call_each_other_at_once_talk(phones):
    ana, ben = phones("Ana", "Ben")
    for one, other in ((ana, ben), (ben, ana)):
        one.page.evaluate(f"setTimeout(() => document.querySelector(\"[data-contact='{other.name}'] .dial-video\").click(), 300)")
    for _ in range(100):
        # Where one was a little later, it rings after all, and is answered.
        for one in (ana, ben):
            if one.page.query_selector("#accept-video"):
                one.page.click("#accept-video")
        if all(one.state() == "connected" for one in (ana, ben)):
            break
        time.sleep(0.1)
    for one in (ana, ben):
        one.talks()
        one.frames()


def test_a_reload_in_the_middle_goes_back_into_the_call(phones):
    ana, ben = phones("Ana", "Ben")
    ana.call(ben)
    ben.rings()
    ben.page.click("#accept-video")
    ana.talks()
    for one in (ben, ana):
        one.page.reload()
        for each in (ana, ben):
            each.talks()
            each.frames()
    ben.page.click("#hang-up")
    ana.is_told("hangup")


def test_a_call_outlives_the_line_to_the_server(phones):
    ana, ben = phones("Ana", "Ben")
    ana.call(ben)
    ben.rings()
    ben.page.click("#accept-video")
    ana.talks()
    ben.talks()
    ben.person.context.set_offline(True)
    ben.page.evaluate("__sterna.cut()")
    ben.page.wait_for_selector("[data-banner=lost]")
    ben.frames()
    ana.frames()
    ben.person.context.set_offline(False)
    ben.page.wait_for_selector("[data-banner=lost]", state="detached", timeout=15_000)
    # What is changed now arrives over the new line.
    ben.page.click("#camera")
    ana.page.wait_for_selector(".tile:not(.own)[data-picture=off]")


def test_the_title_blinks_while_it_rings(phones):
    ana, ben = phones("Ana", "Ben")
    ana.call(ben)
    ben.rings()
    sees(ben.person, "document.title.includes('Ana is calling')")
    ana.page.click("#hang-up")
    sees(ben.person, "!document.title.includes('is calling')")


def test_firefox_and_chromium_call_each_other(person, firefox):
    ana, ben = Phone(person("Ana", browser=firefox)), Phone(person("Ben"))
    ana.knows(ben)
    ana.call(ben)
    ben.rings()
    ben.page.click("#accept-video")
    for one in (ana, ben):
        one.talks(30)
        one.frames()
    ana.page.click("#camera")
    ben.page.wait_for_selector(".tile:not(.own)[data-picture=off]")
    ben.page.click("#hang-up")
    ana.is_told("hangup")


@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM"])
def test_a_call_outlives_a_server_that_begins_anew(chromium, how):
    """The voices go on meanwhile; switching and hanging up reach the other afterwards."""
    server = Server("sterna", SITE)
    server.wait_until_ready()
    people = [Person(chromium, f"http://localhost:{server.web_port}", name) for name in ("Mia", "Nik")]
    try:
        mia, nik = (Phone(somebody) for somebody in people)
        mia.knows(nik)
        mia.call(nik, "voice")
        nik.page.click("#accept-voice")
        mia.talks()
        nik.talks()
        server.process.send_signal(getattr(signal, how))
        server.process.wait()
        server.started = time.monotonic()
        server.process = server.start()
        server.wait_until_ready()
        for phone in (mia, nik):
            until = time.monotonic() + 30
            while phone.person.facts()["telephone"]["link"] != "open":
                assert time.monotonic() < until, phone.person.story()
                time.sleep(0.1)
        mia.page.click("#camera")
        nik.page.wait_for_selector(".tile:not(.own)[data-picture=on]")
        mia.page.click("#hang-up")
        nik.is_told("hangup")
    finally:
        for somebody in people:
            somebody.close()
        server.stop()
