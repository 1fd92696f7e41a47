# SPDX-License-Identifier: Apache-2.0
"""Pages in the background, whose timers a browser wakes once a minute: nobody is seen to leave and to come."""
import time

import pytest
from people import sees
from test_messenger import Phone
from test_talkie import Radio, channels

# The timers of the page stand still from when it is told, as those of a hidden tab do for a minute at a time.
SLOW = """
    const [later, often] = [window.setTimeout, window.setInterval];
    let isSlow = false;
    window.slow = () => { isSlow = true; };
    window.setTimeout = (work, time, ...rest) => later(() => isSlow ? later(work, 60000, ...rest) : work(...rest), time);
    window.setInterval = (work, time, ...rest) => {
        let last = 0;
        return often(() => {
            if (isSlow && performance.now() - last < 60000) return;
            last = performance.now();
            work(...rest);
        }, time);
    };
"""


def lines(somebody):
    """How often a line of the page was lost."""
    return [line for line in somebody.facts()["log"] if " closed " in line or " silent" in line]


@pytest.fixture
def sleeper(person):
    def come(name):
        somebody = person(name)
        somebody.context.add_init_script(SLOW)
        return somebody
    return come


@pytest.mark.parametrize("seconds", [15, pytest.param(130, marks=pytest.mark.long)])
def test_nobody_is_thought_away_whose_page_is_in_the_background(sleeper, person, seconds):
    """In the four kinds of conversation at once."""
    ana, ben = person("Ana"), sleeper("Ben")
    path = ana.start(relay="1")
    ana.join()
    ben.join(path, relay="1")
    ana.wait("connected")
    channel = next(channels)
    cleo, dan = Radio(person("Cleo")).join(channel), Radio(sleeper("Dan")).join(channel)
    eve, finn = Phone(person("Eve")), Phone(sleeper("Finn"))
    eve.knows(finn)
    greta = sleeper("Greta")
    greta.open("/chat")
    greta.page.fill("#name", "Greta")
    greta.page.click("#enter")
    greta.page.wait_for_selector(".chat[data-link=open]")
    for somebody in (ben, dan.person, finn.person, greta):
        somebody.page.evaluate("slow()")
    ana.page.evaluate("""() => {
        window.awayed = [];
        new MutationObserver(() => {
            const words = document.querySelector('.call').innerText;
            if (/Lost the connection|Trouble/.test(words)) awayed.push(words);
        }).observe(document.body, { subtree: true, childList: true, characterData: true });
    }""")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert cleo.page.evaluate("document.querySelectorAll('.chip').length") == 2
        assert eve.page.query_selector("[data-contact='Finn'][data-online=yes]")
        time.sleep(1)
    assert ana.page.evaluate("awayed") == []
    for somebody in (ben, dan.person, finn.person, greta):
        assert lines(somebody) == []
    # And they hear at once.
    cleo.press()
    dan.wait("listening")
    cleo.release()
    sees(ana, "document.querySelector('.call[data-status=connected]')")
