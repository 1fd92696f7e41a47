# SPDX-License-Identifier: Apache-2.0
"""Who is seen large, where oneself is, the keys of a call, and how much of the network the pictures take."""
import pytest
from people import sees


@pytest.fixture
def three(person):
    """three(): Ana made the link; Ben and Cleo are there too."""
    ana, ben, cleo = (person(name) for name in ("Ana", "Ben", "Cleo"))
    ana.open()
    ana.page.click("summary")
    ana.page.select_option("#people", "4")
    ana.page.click("#start")
    ana.page.wait_for_selector("#open-call")
    path = ana.path()
    ana.join()
    for somebody in (ben, cleo):
        somebody.join(path)
    for somebody in (ana, ben, cleo):
        sees(somebody, "document.querySelectorAll('.tile[data-condition=connected]').length === 2", 60)
    return ana, ben, cleo


# A screen that moves, as the browser's own dialogue would give it.
SCREEN = """() => { navigator.mediaDevices.getDisplayMedia = async () => {
    const canvas = document.createElement('canvas');
    const pen = canvas.getContext('2d');
    [canvas.width, canvas.height] = [800, 450];
    setInterval(() => { pen.fillStyle = `hsl(${Date.now() / 20} 60% 50%)`; pen.fillRect(0, 0, 800, 450); }, 50);
    return canvas.captureStream(15);
}}"""


def large(somebody):
    return somebody.page.evaluate("[...document.querySelectorAll('.tile.main .name')].map(name => name.textContent)")


def test_a_tap_pins_a_picture_and_a_screen_is_large_by_itself(three):
    ana, ben, cleo = three
    assert large(ana) == []
    ana.page.click(".tile:has(.name:text-is('Ben'))", position={"x": 150, "y": 150})
    ana.page.wait_for_selector(".tiles[data-focus=yes] .tile.main:has(.name:text-is('Ben')) .pin[aria-pressed=true]")
    sizes = {one["name"]: one["area"] for one in ana.page.evaluate("""
        [...document.querySelectorAll('.tile')].map(tile => ({
            name: tile.querySelector('.name').textContent, area: tile.clientWidth * tile.clientHeight }))""")}
    assert sizes["Ben"] > 3 * sizes["Cleo"] and sizes["Ben"] > 3 * sizes["Ana (You)"], sizes
    cleo.page.evaluate(SCREEN)
    cleo.page.click("#screen")
    # Who was pinned stays; to who pinned nobody the screen is large.
    ben.page.wait_for_selector(".tile.screen.main")
    sees(ben, "document.querySelector('.tile.screen.main video').videoWidth === 800")
    ana.page.wait_for_selector(".tile.screen")
    assert large(ana) == ["Ben"]
    ana.page.keyboard.press("Escape")
    ana.page.wait_for_selector(".tile.screen.main")
    # By the keyboard too.
    ana.page.focus(".tile:has(.name:text-is('Cleo')) .pin >> nth=0")
    ana.page.keyboard.press("Enter")
    ana.page.wait_for_selector(".tile.main:has(.name:text-is('Cleo'))")


def test_oneself_lies_in_a_corner_that_one_chooses(couple):
    ana, _, _ = couple()
    place = ".tile.own[data-corner={}]"
    ana.page.wait_for_selector(place.format("bottom-right"))
    ana.page.click(".mover")
    ana.page.wait_for_selector(place.format("bottom-left"))
    ana.page.focus(".mover")
    ana.page.keyboard.press("Enter")
    ana.page.wait_for_selector(place.format("top-left"))
    # Drawn to the other side, and remembered.
    own = ana.page.locator(".mover").bounding_box()
    ana.page.mouse.move(own["x"] + 20, own["y"] + 20)
    ana.page.mouse.down()
    ana.page.mouse.move(own["x"] + 700, own["y"] + 300, steps=5)
    ana.page.mouse.up()
    ana.page.wait_for_selector(place.format("bottom-right"))
    ana.page.click(".mover")
    ana.page.reload()
    ana.wait("connected")
    ana.page.wait_for_selector(place.format("bottom-left"))


def test_keys_do_what_the_buttons_do_and_can_be_switched_off(couple):
    ana, ben, _ = couple()
    is_on = "document.querySelector('#{}').dataset.on === '{}'"
    ana.page.evaluate("document.activeElement.blur()")
    ana.page.keyboard.press("m")
    sees(ana, is_on.format("microphone", "no"))
    ana.page.keyboard.press("v")
    sees(ana, is_on.format("camera", "no"))
    # Held, the space bar lets one be heard.
    ana.page.keyboard.down("Space")
    sees(ana, is_on.format("microphone", "yes"))
    ben.page.wait_for_selector(".tile:not(.own) .badge", state="detached")
    ana.page.keyboard.up("Space")
    sees(ana, is_on.format("microphone", "no"))
    assert "M" in ana.page.get_attribute("#microphone", "title")
    # On another layout the key is where it was.
    ana.page.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', { code: 'KeyM', key: 'ь', bubbles: true }))")
    sees(ana, is_on.format("microphone", "yes"))
    ana.page.keyboard.press("f")
    sees(ana, "document.fullscreenElement?.classList.contains('stage')")
    ana.page.keyboard.press("f")
    sees(ana, "!document.fullscreenElement")
    ana.page.click("#settings")
    ana.page.uncheck("#keys")
    ana.page.keyboard.press("Escape")
    ana.page.wait_for_selector("dialog", state="detached")
    ana.page.evaluate("document.activeElement.blur()")
    ana.page.keyboard.press("m")
    ana.page.keyboard.press("v")
    # What a key would have changed is changed by the button alone.
    ana.page.click("#camera")
    sees(ana, is_on.format("camera", "yes"))
    sees(ana, is_on.format("microphone", "yes"))
    assert not ana.page.get_attribute("#microphone", "title")


def test_sound_only_sends_no_picture_until_it_is_wanted_again(couple):
    ana, ben, _ = couple()
    ben.wait_frames(5)
    ana.page.click("#settings")
    ana.page.select_option("#quality", "sound")
    ben.page.wait_for_selector(".tile:not(.own)[data-picture=off]")
    ana.page.wait_for_selector(".tile.own[data-picture=off]")
    ana.page.select_option("#quality", "sd")
    ben.page.wait_for_selector(".tile:not(.own)[data-picture=on]")
    ben.wait_frames(5)
    sees(ben, "document.querySelector('.tile:not(.own) video').videoHeight <= 270")


def test_a_microphone_that_the_system_silences_is_told(couple):
    ana, ben, _ = couple()
    ana.page.evaluate("""() => {
        const call = __sterna.media().tracks.audio.peek();
        Object.defineProperty(call, 'muted', { value: true, configurable: true });
        call.dispatchEvent(new Event('mute'));
    }""")
    ana.page.wait_for_selector("[data-banner=silenced]")
    ben.page.wait_for_selector(".tile:not(.own) .badge")
    ana.page.evaluate("""() => {
        const call = __sterna.media().tracks.audio.peek();
        delete call.muted;
        call.dispatchEvent(new Event('unmute'));
    }""")
    ana.page.wait_for_selector("[data-banner=silenced]", state="detached")
    ben.page.wait_for_selector(".tile:not(.own) .badge", state="detached")


@pytest.mark.parametrize("others, quality, bitrate", [(1, "hd", 1_200_000), (1, "sd", 250_000), (3, "sd", 250_000), (1, "sound", None)])
def test_a_person_says_how_much_the_pictures_may_take(ask, others, quality, bitrate):
    share = ask("peer/bitrate.js", f"return m.share({others}, 0, false, '{quality}')")
    assert (share and share["bitrate"]) == bitrate
