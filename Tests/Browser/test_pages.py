# SPDX-License-Identifier: Apache-2.0
"""Every screen: without a finding of axe, large enough to press, narrow enough for a small telephone, in two languages."""
import pytest
from axe_playwright_python.sync_playwright import Axe
from people import sees

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SIZES = {"desktop": (1280, 800), "telephone": (390, 844), "smallest": (320, 568)}

# A link in the middle of a sentence is as high as its line (WCAG 2.2, 2.5.8).
SMALL = """() => [...document.querySelectorAll('button, a[href]:not(.words a), input, select, summary')].filter(e => e.checkVisibility())
    .map(e => [e.closest('label.check') ?? e, e]).map(([e, own]) => [own.id || own.className || own.tagName, e.getBoundingClientRect()])
    .filter(([, r]) => r.width && (r.width < 44 || r.height < 44)).map(([name, r]) => `${name} ${r.width}x${r.height}`)"""


def inspect(somebody, screen):
    found = Axe().run(somebody.page, options=RULES).response["violations"]
    told = [f"{one['id']}: {node['html'][:160]} ({node['failureSummary'][:200]})" for one in found for node in one["nodes"]]
    assert not told, f"{screen}: " + "\n".join(told)
    assert somebody.page.evaluate(SMALL) == [], screen
    wide = somebody.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{screen} is {wide} pixels too wide"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("size", SIZES)
def test_every_screen(person, size, language, theme):
    width, height = SIZES[size]
    options = {
        "viewport": {"width": width, "height": height}, "color_scheme": theme, "reduced_motion": "reduce",
        "locale": {"en": "en-US", "ru": "ru-RU"}[language], "permissions": ["camera", "microphone"],
    }
    ana, ben = person("Ana", **options), person("Ben")
    ana.open()
    ana.page.wait_for_selector("#start")
    assert ana.page.evaluate("document.documentElement.lang") == language
    ana.page.click("summary")
    inspect(ana, "home")
    ana.page.click("#start")
    ana.page.wait_for_selector("#open-call")
    path = ana.path()
    inspect(ana, "link")
    ana.page.click("#open-call")
    ana.page.wait_for_selector(".mirror[data-picture=on]")
    inspect(ana, "preview")
    ana.page.click("#join-camera")
    ana.wait("waiting")
    inspect(ana, "alone")
    ben.join(path)
    ana.wait("connected")
    inspect(ana, "call")
    ben.page.click("#camera")
    ben.page.click("#microphone")
    ana.page.click("#microphone")
    ana.page.wait_for_selector(".tile:not(.own) .badge")
    inspect(ana, "call, off")
    for name in ("invite", "settings"):
        ana.page.click(f"#{name}")
        ana.page.wait_for_selector("dialog[open]")
        inspect(ana, name)
        ana.page.keyboard.press("Escape")
        ana.page.wait_for_selector("dialog", state="detached")
        # The focus is back where it was.
        assert ana.page.evaluate("document.activeElement.id") == name
    ana.page.click("#leave")
    ana.wait_ending("left")
    inspect(ana, "left")
    ana.open("/r/7hN2kQvYb3xWcR9mTzPdLs")
    ana.wait_ending("unknown")
    inspect(ana, "unknown")


@pytest.mark.parametrize("path, heading", [("/talkie", "Walkie-talkie"), ("/chat", "Channels"), ("/calls", "Calls")])
def test_the_start_page_leads_to_every_way_to_talk_in_one_glance(person, path, heading):
    ana = person("Ana", viewport={"width": 390, "height": 844})
    ana.open()
    ana.page.wait_for_selector("#start")
    for selector in ("#start", f"a[href='{path}']"):
        box = ana.page.locator(selector).bounding_box()
        assert box["y"] + box["height"] <= 844, f"{selector} lies below the edge"
    ana.page.click(f"a[href='{path}']")
    ana.page.wait_for_selector(f"h1 >> text={heading}")


LOOKS = [("desktop", "en", "light"), ("telephone", "ru", "dark"), ("smallest", "ru", "light"), ("telephone", "en", "dark")]


@pytest.fixture(params=LOOKS, ids="-".join)
def looks(request):
    """How one of the pages is looked at: the size of the window, the language, the colours."""
    size, language, theme = request.param
    width, height = SIZES[size]
    return {
        "viewport": {"width": width, "height": height}, "color_scheme": theme, "reduced_motion": "reduce",
        "locale": {"en": "en-US", "ru": "ru-RU"}[language], "permissions": ["camera", "microphone", "notifications"],
    }


def test_every_screen_of_the_walkie_talkie(person, looks):
    ana, ben = person("Ana", **looks), person("Ben")
    channel = "/talkie/screens " + "".join(str(value) for value in looks["viewport"].values()) + looks["color_scheme"]
    for somebody in (ana, ben):
        somebody.open(channel)
        somebody.page.wait_for_selector("#join")
        if somebody is ana:
            inspect(ana, "lobby")
        somebody.page.fill("#name", somebody.name)
        somebody.page.click("#join")
        somebody.page.wait_for_selector(".talkie[data-link=open]")
    ana.page.wait_for_selector("[data-camera=on]")
    inspect(ana, "free")
    ana.page.click("#talk")
    ana.page.wait_for_selector("[data-state=talking]")
    inspect(ana, "talking")
    ben.page.wait_for_selector("[data-state=listening]")
    ana.page.click("#talk")
    ben.page.wait_for_selector("[data-state=free]")
    ben.page.click("#talk")
    ana.page.wait_for_selector("[data-state=listening]")
    inspect(ana, "listening")


def test_every_screen_of_the_channels(person, looks):
    ana, ben = person("Ana", **looks), person("Ben")
    for somebody in (ana, ben):
        somebody.open("/chat/general")
        somebody.page.wait_for_selector("#enter")
        if somebody is ana:
            inspect(ana, "door")
        somebody.page.fill("#name", somebody.name)
        somebody.page.click("#enter")
        somebody.page.wait_for_selector("[data-conversation=general]")
    ben.page.fill("#text", "Hello @Ana, look at https://example.org/a-rather-long-address/that-goes-on-and-on/and-on")
    ben.page.press("#text", "Enter")
    ana.page.wait_for_selector(".mention.mine")
    ana.page.fill("#text", "I am here")
    ana.page.press("#text", "Enter")
    ana.page.wait_for_selector(".menu")
    inspect(ana, "conversation")
    for name in ("people", "search"):
        ana.page.click(f"#{name}")
        ana.page.wait_for_timeout(100)
        inspect(ana, name)
        ana.page.keyboard.press("Escape") if name == "people" else ana.page.click(f"#{name}")
    ana.page.click(".menu >> nth=0")
    inspect(ana, "menu")
    ana.page.keyboard.press("Escape")
    if looks["viewport"]["width"] < 760:
        ana.page.click(".back")
        inspect(ana, "list")
    ana.page.click("#new-channel")
    inspect(ana, "new channel")
    name = f"looks {looks['viewport']['width']} {looks['color_scheme']} {looks['locale']}"
    ana.page.fill("#channel-name", name)
    ana.page.check("#kind-voice")
    ana.page.click("#create")
    ana.page.wait_for_selector(".voice-bar[data-voice-link=open]")
    inspect(ana, "voice")
    ana.page.click("#volumes")
    inspect(ana, "volumes")
    ana.page.keyboard.press("Escape")
    ana.page.click(".sidebar .plain.round")
    inspect(ana, "manage")


def test_every_screen_of_the_calls(person, looks):
    ana, ben = person("Ana", **looks), person("Ben")
    for somebody in (ana, ben):
        somebody.open("/calls")
        somebody.page.wait_for_selector("#enter")
        if somebody is ana:
            inspect(ana, "door")
        somebody.page.fill("#name", somebody.name)
        somebody.page.click("#enter")
        somebody.page.wait_for_selector("[data-screen=book][data-link=open]")
    inspect(ana, "nobody yet")
    ben.page.evaluate("id => { location.hash = `#add=${id}` }", ana.page.evaluate("JSON.parse(localStorage['sterna.me']).userId"))
    ana.page.wait_for_selector("[data-contact=Ben][data-online=yes]")
    inspect(ana, "book")
    for name in ("add", "device"):
        ana.page.click(f"#{name}")
        if name == "device":
            ana.page.click("#show-key")
        inspect(ana, name)
        ana.page.keyboard.press("Escape")
    ben.page.click(".dial-video")
    ana.page.wait_for_selector("#accept-video")
    inspect(ana, "rings")
    ana.page.click("#decline")
    ana.page.wait_for_selector("[data-reason=declined]")
    inspect(ana, "declined")
    ana.page.click("#dismiss")
    ana.page.wait_for_selector("[data-outcome=rejected]")
    inspect(ana, "log")
    ana.page.click(".dial-video")
    ben.page.wait_for_selector("#accept-video")
    inspect(ana, "calling")
    ben.page.click("#accept-video")
    ana.page.wait_for_selector(".talk[data-status=connected]")
    inspect(ana, "talking")
    ana.page.click("#settings")
    ana.page.wait_for_selector("dialog[open]")
    inspect(ana, "settings")


def test_the_whole_way_goes_without_a_mouse(person):
    ana = person("Ana", viewport={"width": 1280, "height": 800})
    ana.open()
    ana.page.wait_for_selector("#start")

    def tab_to(selector):
        for _ in range(30):
            ana.page.keyboard.press("Tab")
            if ana.page.evaluate(f"document.activeElement.matches('{selector}')"):
                outline = ana.page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
                assert outline == "3px", "the focus is not seen"
                return
        raise AssertionError(f"Tab does not reach {selector}")

    tab_to("#start")
    ana.page.keyboard.press("Enter")
    ana.page.wait_for_selector("#open-call")
    tab_to("#open-call")
    ana.page.keyboard.press("Enter")
    ana.page.wait_for_selector(".mirror[data-picture=on]")
    tab_to("#name")
    ana.page.keyboard.type("Ana")
    tab_to("#join-camera")
    ana.page.keyboard.press("Space")
    ana.wait("waiting")
    tab_to("#microphone")
    ana.page.keyboard.press("Space")
    sees(ana, "document.querySelector('#microphone').dataset.on === 'no'")
    tab_to("#leave")
    ana.page.keyboard.press("Enter")
    ana.wait_ending("left")


def test_the_language_follows_the_link_and_the_switch(person):
    ana = person("Ana")
    ana.open(lang="ru")
    ana.page.click("text=Начать звонок")
    ana.reads("Ссылка готова")
    ana.page.click("button[lang=en]")
    ana.reads("Your link is ready")
    ana.page.reload()
    sees(ana, "document.querySelector('main') && document.documentElement.lang === 'en'")
    ana.open(lang="ru")
    ana.open()
    sees(ana, "document.documentElement.lang === 'ru'")  # What the last link said is remembered.


# What the browser lists, and what the person has allowed to the page.
NO_DEVICES = "navigator.mediaDevices.enumerateDevices = async () => [];"
NOT_ALLOWED = "navigator.permissions.query = async () => Object.assign(new EventTarget(), { state: 'denied', onchange: null });"


@pytest.mark.parametrize("name, told, words", [
    ("NotAllowedError", NOT_ALLOWED, "blocked for this page"),
    ("NotAllowedError", "", "Your system keeps the camera and microphone from the browser"),
    ("NotFoundError", NO_DEVICES, "No camera and no microphone were found"),
    ("NotFoundError", "", "Your system keeps the camera and microphone from the browser"),
    ("NotReadableError", "", "used by another program"),
    ("OverconstrainedError", "", "do not work here"),
])
def test_devices_that_do_not_work_are_explained(person, name, told, words):
    ana, ben = person("Ana"), person("Ben")
    path = ben.start()
    ben.join()
    ana.context.add_init_script(
        f"navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('', '{name}') }}; {told}")
    ana.open(path)
    ana.reads(words)
    inspect(ana, name)
    # And one gets in all the same.
    ana.page.click("#join-neither")
    ana.wait("connected")
    ana.wait_frames(5)


def test_a_page_without_a_secure_address_says_why(person, site):
    ana = person("Ana")
    ana.context.add_init_script("Object.defineProperty(window, 'isSecureContext', { get: () => false })")
    ana.open()
    ana.page.wait_for_selector("[data-obstacle=insecure]")
    inspect(ana, "insecure")


def test_a_browser_that_cannot_call_says_so(person):
    ana = person("Ana")
    ana.context.add_init_script("delete window.RTCPeerConnection")
    ana.open()
    ana.page.wait_for_selector("[data-obstacle=no-calls]")


def test_a_browser_inside_another_app_says_so(person):
    ana = person("Ana", user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) [FBAN/FBIOS;FBAV/440.0]")
    ana.open()
    ana.page.wait_for_selector("[data-obstacle=in-app]")


def test_the_last_calls_are_remembered_and_forgotten(person):
    ana = person("Ana")
    path = ana.start()
    ana.open()
    ana.page.wait_for_selector(f".recent a[href='{path}']")
    ana.page.click(".recent button")
    ana.page.wait_for_selector(".recent a", state="detached")


def test_a_pasted_link_or_code_opens_the_call(person):
    ana, ben = person("Ana"), person("Ben")
    path = ana.start()
    for text in (ana.site + path, f"  {ana.site}{path}?lang=en ", path.removeprefix("/r/")):
        ben.open()
        ben.page.fill("#code", text)
        ben.page.keyboard.press("Enter")
        ben.page.wait_for_selector("#join-camera")
        assert ben.path() == path
    ben.open()
    ben.page.fill("#code", "hello")
    ben.page.keyboard.press("Enter")
    ben.reads("does not look like a link")
