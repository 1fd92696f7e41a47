# SPDX-License-Identifier: Apache-2.0
"""Every screen: without a finding of axe, large enough to press, narrow enough for a small telephone, in two languages."""
import pytest
from axe_playwright_python.sync_playwright import Axe
from people import sees

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SIZES = {"desktop": (1280, 800), "telephone": (390, 844), "smallest": (320, 568)}

SMALL = """() => [...document.querySelectorAll('button, a[href], input, select, summary')].filter(e => e.checkVisibility())
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


@pytest.mark.parametrize("name, words", [
    ("NotAllowedError", "blocked for this page"),
    ("NotFoundError", "No camera and no microphone were found"),
    ("NotReadableError", "used by another program"),
    ("OverconstrainedError", "do not work here"),
])
def test_devices_that_do_not_work_are_explained(person, name, words):
    ana, ben = person("Ana"), person("Ben")
    path = ben.start()
    ben.join()
    ana.context.add_init_script(
        f"navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('', '{name}') }}")
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
