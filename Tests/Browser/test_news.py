# SPDX-License-Identifier: Apache-2.0
"""Somebody comes or goes: a line says who, and where nobody looks the title and a notice do. Links that are over say so."""
import pytest
from people import sees

# A page that nobody looks at, and a system that shows notices.
UNSEEN = """
    window.isHidden = true;
    Object.defineProperty(document, 'visibilityState', { get: () => window.isHidden ? 'hidden' : 'visible' });
    window.notices = [];
    window.Notification = class { constructor(text) { notices.push(text); } close() {} static permission = 'granted'; };
"""


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_who_comes_and_goes_is_told_by_name_where_nobody_looks(person, browser, request):
    ana, ben = person("Ana", browser=request.getfixturevalue(browser)), person("Ben")
    ana.context.add_init_script(UNSEEN)
    path = ana.start()
    ana.join()
    ana.wait("waiting")
    ben.join(path)
    ana.wait("connected")
    ana.page.wait_for_selector("[data-news=came] >> text=Ben")
    sees(ana, "document.title.startsWith('Ben ')")
    ben.page.click("#leave")
    ana.wait("waiting")
    ana.page.wait_for_selector("[data-news=left] >> text=Ben has left.")
    sees(ana, "document.title.startsWith('Ben has left.')")
    assert ana.page.evaluate("notices") == ["Ben has joined.", "Ben has left."]
    # Once it is looked at it stands for a while and goes.
    ana.page.evaluate("window.isHidden = false; document.dispatchEvent(new Event('visibilitychange'))")
    sees(ana, "document.title.startsWith('Call')")
    ana.page.wait_for_selector("[data-news]", state="detached")


def is_listed(somebody, path):
    somebody.open("/")
    somebody.page.wait_for_selector("#start")
    return somebody.page.query_selector(f".recent a[href='{path}']") is not None


def test_a_call_for_once_ends_as_one_for_both_and_leaves_the_list(person):
    ana, ben = person("Ana"), person("Ben")
    ana.open()
    ana.page.click("summary")
    ana.page.check("#one-time")
    ana.page.click("#start")
    ana.page.wait_for_selector("#open-call")
    path = ana.path()
    ana.join()
    ben.join(path)
    ana.wait("connected")
    ben.page.click("#leave")
    for somebody in (ana, ben):
        somebody.wait_ending("one-time")
        somebody.reads("The link was for one call only.")
        assert not is_listed(somebody, path)


def test_a_link_that_still_works_stays_in_the_list(person):
    ana, ben = person("Ana"), person("Ben")
    path = ana.start()
    ana.join()
    ben.join(path)
    ana.wait("connected")
    ben.page.click("#leave")
    ben.wait_ending("left")
    assert is_listed(ben, path)


def test_a_link_that_turns_out_dead_leaves_the_list(person):
    ana, ben = person("Ana"), person("Ben")
    path = ana.start()
    ana.join()
    ben.join(path)
    ana.wait("connected")
    ben.page.click("#leave")
    ben.wait_ending("left")
    ben.open("/")
    ana.page.click("#settings")
    ana.page.click("text=End the call for everyone")
    ana.page.click("#end-for-all")
    ana.wait_ending("owner")
    assert not is_listed(ana, path)
    ben.page.click(f".recent a[href='{path}']")
    ben.wait_ending("expired")
    assert not is_listed(ben, path)
