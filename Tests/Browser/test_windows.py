# SPDX-License-Identifier: Apache-2.0
"""The same person in a second window: asked whether to go on here or to stay there; nobody else sees anything of it."""
import pytest
from people import Person, sees


class Second(Person):
    """Another window of the same browser: what is stored there is shared."""

    def __init__(self, first):
        self.site, self.name, self.context = first.site, first.name, first.context
        self.page, self.complaints = first.context.new_page(), first.complaints
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self.hear)


@pytest.fixture
def twice(request, person):
    """Ana talks to Ben and opens the link in a second window."""
    browser = getattr(request, "param", "chromium")
    ana, ben = person("Ana", browser=request.getfixturevalue(browser)), person("Ben")
    path = ana.start(relay="1")
    ana.join()
    ana.wait("waiting")
    ben.join(path, relay="1")
    ana.wait("connected")
    ben.wait("connected")
    second = Second(ana)
    # A browser may close a window that a person has opened, or may not: here it may not.
    second.page.add_init_script("window.close = () => {}")
    second.open(path, relay="1")
    second.wait_ending("already")
    return ana, second, ben


@pytest.mark.parametrize("twice", ["chromium", "firefox"], indirect=True)
def test_going_on_here_takes_the_seat_along(twice):
    ana, second, ben = twice
    seat = ben.links()[0]["id"]
    second.page.click("#again")
    second.wait("connected")
    ana.wait_ending("elsewhere")
    ben.wait_frames(5)
    assert [link["id"] for link in ben.links()] == [seat], "the others saw somebody leave and come"
    # And back again.
    ana.page.click("#again")
    ana.wait("connected")
    second.wait_ending("elsewhere")
    ben.wait_frames(5)
    assert [link["id"] for link in ben.links()] == [seat]


def test_staying_there_changes_nothing(twice):
    ana, second, ben = twice
    second.page.click("#stay")
    second.wait_ending("stayed")
    ana.wait_frames(5)
    # Nobody is asked once the other window has left.
    ana.page.click("#leave")
    ana.wait_ending("left")
    second.open(ana.path(), relay="1")
    second.join(ana.path(), relay="1")
    second.wait("connected")
    ben.wait_frames(5)


def test_a_copy_of_the_window_asks_too(couple):
    """“Duplicate” copies what the first window remembers for itself alone."""
    _, ben, path = couple()
    memory = ben.page.evaluate("JSON.stringify({...sessionStorage})")
    copy = Second(ben)
    copy.page.add_init_script(f"for (const [key, value] of Object.entries({memory})) sessionStorage[key] = value")
    copy.open(path, relay="1")
    copy.wait_ending("already")
    ben.wait_frames(5)


def test_two_windows_before_the_door_are_not_one_too_many(person):
    ana = person("Ana")
    path = ana.start()
    second = Second(ana)
    second.open(path)
    ana.page.click("#open-call")
    for window in (ana, second):
        window.page.wait_for_selector(".mirror[data-picture=on]")
    ana.page.click("#join-camera")
    ana.wait("waiting")
    second.page.click("#join-camera")
    second.wait_ending("already")


def test_a_reload_asks_nothing(couple):
    _, ben, _ = couple()
    for _ in range(3):
        ben.page.reload()
        ben.wait("connected")
    sees(ben, "!document.querySelector('[data-ending]')")
    ben.wait_frames(5)
