# SPDX-License-Identifier: Apache-2.0
"""People in front of browsers: each has a window of their own and does what people do there."""
import time

# Two fake devices that need no permission; sound goes nowhere.
CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream", "--mute-audio",
]
FIREFOX = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    # Without it Firefox asks no TURN server on this machine.
    "media.peerconnection.ice.loopback": True,
}


class Person:
    """A window of a browser. Everything it does waits until it is done."""

    def __init__(self, browser, site, name="", **context):
        self.site, self.name = site, name
        self.context = browser.new_context(**{"locale": "en-US", **context})
        self.context.set_default_timeout(10_000)
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self.hear)

    def hear(self, message):
        # A refused request is what some tests are about; what the page itself did wrong is not.
        expected = ("Failed to load resource", "WebSocket connection to")
        if message.type == "error" and not message.text.startswith(expected):
            self.complaints.append(message.text)

    def open(self, path="/", **query):
        pairs = {"debug": "1", **query}
        self.page.goto(self.site + path + "?" + "&".join(f"{key}={value}" for key, value in pairs.items()))

    def start(self, **query):
        """Makes a link with the big button; returns its path."""
        self.open("/", **query)
        self.page.click("#start")
        self.page.wait_for_selector("#open-call")
        return self.path()

    def path(self):
        return self.page.evaluate("location.pathname")

    def join(self, path=None, how="camera", pin=None, **query):
        """Goes through the preview into the call."""
        if path:
            self.open(path, **query)
        else:
            self.page.click("#open-call")
        self.page.wait_for_selector("#join-neither")
        if how == "camera":
            self.page.wait_for_selector(".mirror[data-picture=on]")
        if self.name:
            self.page.fill("#name", self.name)
        if pin is not None:
            self.page.fill("#pin", pin)
        self.page.click(f"#join-{how}")
        self.page.wait_for_selector(".call, [data-ending]")

    def wait(self, status, seconds=10):
        self.page.wait_for_selector(f".call[data-status={status}]", timeout=seconds * 1000)

    def wait_ending(self, ending, seconds=10):
        self.page.wait_for_selector(f"[data-ending={ending}]", timeout=seconds * 1000)

    def reads(self, text):
        self.page.wait_for_selector(f"text={text}")

    def facts(self):
        """What the page knows of itself: timings, log, and each link's figures."""
        return self.page.evaluate("__sterna.debug()")

    def links(self):
        return self.facts().get("call", {}).get("people", [])

    def frames(self):
        """Frames decoded on the only link, 0 while there is none."""
        links = self.links()
        return links[0].get("video", {}).get("framesDecoded", 0) if links else 0

    def wait_frames(self, more=10, seconds=10):
        """Waits for that many more frames; returns the link's figures."""
        before, until = self.frames(), time.monotonic() + seconds
        while time.monotonic() < until:
            if self.frames() >= before + more:
                return self.links()[0]
            time.sleep(0.1)
        raise AssertionError(f"{self.name}: no {more} more frames in {seconds} s\n" + self.story())

    def story(self):
        facts = self.facts()
        return "\n".join([str(facts.get("call")), *facts["log"][-60:]])

    def close(self):
        self.context.close()
        assert not self.complaints, f"the page complained: {self.complaints}"


def sees(person, expression, seconds=5):
    """Waits until a JavaScript expression holds in the person's page (whose policy forbids wait_for_function)."""
    until = time.monotonic() + seconds
    while not person.page.evaluate(f"!!({expression})"):
        assert time.monotonic() < until, f"{person.name}: not so in {seconds} s: {expression}\n" + person.story()
        time.sleep(0.05)
