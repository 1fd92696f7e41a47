# SPDX-License-Identifier: Apache-2.0
"""Firefox: every screen opens, and it calls Chromium through the relay."""


def test_firefox_and_chromium_call_each_other(person, firefox):
    ana, ben = person("Ana", browser=firefox), person("Ben")
    path = ana.start(relay="1")
    ana.join()
    ana.wait("waiting")
    ben.join(path, relay="1")
    for somebody in (ana, ben):
        somebody.wait("connected", 20)
        link = somebody.wait_frames(10)
        assert link["local"]["type"] == "relay", link
    ben.page.reload()
    ben.wait("connected", 20)
    ben.wait_frames(5)
    ana.wait_frames(5)
    ana.page.click("#leave")
    ana.wait_ending("left")
    ben.wait("waiting")
