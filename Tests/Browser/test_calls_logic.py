# SPDX-License-Identifier: Apache-2.0
"""The rules of a messenger's call without a network: its states, its packets, its links."""
import re

import pytest

DIAL = "{ type: 'dial', chat: 'c', video: true, name: 'Ben' }"
OFFER = "{ type: 'offer', chat: 'c', video: true, name: 'Ben', offer: { sdp: 'v=0' } }"


def walk(ask, *inputs):
    """The state, the steps after the last input, and the reason."""
    return ask("calls/machine.js", f"""
        const machine = new m.Machine();
        let steps = [];
        for (const input of [{', '.join(inputs)}]) steps = machine.handle(input);
        return [machine.state, steps, machine.reason]
    """)


def said(kind, **more):
    fields = ", ".join(f"{key}: {value!r}" for key, value in more.items())
    return f"{{ type: '{kind}', chat: 'c'{', ' + fields if fields else ''} }}"


def test_a_call_rings_only_when_it_really_rings_there(ask):
    assert walk(ask, DIAL) == ["outgoing", ["media", "dial"], None]
    assert walk(ask, DIAL, said("ringing")) == ["outgoing", ["ringback"], None]
    assert walk(ask, DIAL, said("ringing"), said("ringing"))[1] == []
    assert walk(ask, DIAL, said("ringing"), said("answered")) == ["connecting", ["hush"], None]
    assert walk(ask, DIAL, said("answered"), "{ type: 'up' }")[0] == "connected"


@pytest.mark.parametrize("kind, more, reason", [
    ("rejected", {}, "rejected"), ("busy", {}, "busy"), ("no-answer", {}, "no-answer"),
    ("refused", {"message": "User offline"}, "offline"), ("refused", {"message": "Already calling"}, "already"),
    ("refused", {"message": "Too fast"}, "too-fast"), ("refused", {"message": "Access denied"}, "refused"),
    ("ended", {"reason": "lost"}, "lost"),
])
def test_a_call_that_comes_to_nothing_says_why(ask, kind, more, reason):
    assert walk(ask, DIAL, said(kind, **more)) == ["ended", ["hush", "close"], reason]


def test_nothing_is_opened_before_one_accepts(ask):
    assert walk(ask, OFFER) == ["incoming_ringing", ["ring"], None]
    assert walk(ask, OFFER, "{ type: 'accept', video: false }") == ["connecting", ["hush", "media", "answer"], None]
    assert walk(ask, OFFER, "{ type: 'decline' }") == ["ended", ["hush", "tell-reject", "close"], "declined"]


@pytest.mark.parametrize("reason, told", [
    ("answered-elsewhere", "answered-elsewhere"), ("rejected-elsewhere", "rejected-elsewhere"), ("cancelled", "missed"),
    ("no-answer", "missed"), ("lost", "missed"), ("something new", "missed"),
])
def test_what_stops_ringing_says_why(ask, reason, told):
    assert walk(ask, OFFER, said("ended", reason=reason)) == ["ended", ["hush", "close"], told]


def test_two_who_call_each_other_at_once_talk(ask):
    assert walk(ask, DIAL, OFFER) == ["connecting", ["hush", "answer"], None]


def test_hanging_up_tells_the_other_side_what_it_was(ask):
    assert walk(ask, DIAL, "{ type: 'hang-up' }") == ["ended", ["hush", "tell-cancel", "close"], "cancelled"]
    assert walk(ask, OFFER, "{ type: 'accept', video: true }", "{ type: 'hang-up' }") == [
        "ended", ["hush", "tell-end", "close"], "hangup"]


def test_another_chat_does_not_disturb_a_call(ask):
    other = OFFER.replace("'c'", "'d'")
    assert walk(ask, DIAL, other)[:2] == ["outgoing", []]
    assert walk(ask, OFFER, "{ type: 'ended', chat: 'd', reason: 'cancelled' }")[:2] == ["incoming_ringing", []]


def test_a_lost_line_ends_what_rings_and_not_what_stands(ask):
    lost = "{ type: 'line-lost' }"
    assert walk(ask, DIAL, lost) == ["ended", ["hush", "close"], "line"]
    assert walk(ask, OFFER, lost) == ["idle", ["hush", "close"], None]
    assert walk(ask, OFFER, lost, OFFER)[:2] == ["incoming_ringing", ["ring"]]
    assert walk(ask, DIAL, said("answered"), "{ type: 'up' }", lost)[:2] == ["connected", []]


def test_a_connection_that_cannot_be_made_is_a_failure_and_one_may_call_again(ask):
    assert walk(ask, DIAL, said("answered"), "{ type: 'given-up' }") == [
        "failed", ["hush", "tell-end", "close"], "unreachable"]
    assert walk(ask, DIAL, said("busy"), DIAL) == ["outgoing", ["media", "dial"], None]
    assert walk(ask, DIAL, said("busy"), "{ type: 'dismiss' }")[0] == "idle"


def test_every_state_takes_every_input(ask):
    """What makes no sense in a state changes nothing and breaks nothing."""
    assert ask("calls/machine.js", f"""
        const inputs = [{DIAL}, {OFFER}, ...['ringing', 'answered', 'rejected', 'busy', 'no-answer'].map(type => ({{ type, chat: 'c' }})),
            {said('ended', reason='hangup')}, {said('refused', message='x')}, {{ type: 'accept', video: true }}, {{ type: 'decline' }},
            {{ type: 'hang-up' }}, {{ type: 'dismiss' }}, {{ type: 'up' }}, {{ type: 'given-up' }}, {{ type: 'line-lost' }},
            {{ type: 'resume', chat: 'c', video: false, name: 'Ben', isCaller: true }}];
        const states = new Set(), seen = new Map();
        const visit = trail => {{
            const machine = new m.Machine();
            for (const input of trail) machine.handle(input);
            const key = JSON.stringify(machine);
            states.add(machine.state);
            if (seen.has(key) || trail.length > 6) return;
            seen.set(key, true);
            for (const input of inputs) visit([...trail, input]);
        }};
        visit([]);
        return [...states].sort()
    """) == ["connected", "connecting", "ended", "failed", "idle", "incoming_ringing", "outgoing"]


def test_packets_are_those_of_socket_io(ask):
    assert ask("calls/packets.js", """
        return [
            m.read('0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1}'),
            m.read('2'), m.read('1'), m.read('40{"sid":"b"}'), m.read('44{"message":"Not authorised"}'),
            m.read('42["call:busy",{"chatId":"c"}]'), m.read('427["x"]'), m.read('437[]'), m.read('41'), m.read('6'),
            m.connect({ userId: 'u', secret: 's' }), m.event('call:end', { chatId: 'c' }), m.question(7), m.pong,
        ]
    """) == [
        {"type": "open", "pingInterval": 25000, "pingTimeout": 20000}, {"type": "ping"}, {"type": "close"},
        {"type": "connected"}, {"type": "refused", "message": "Not authorised"},
        {"type": "event", "name": "call:busy", "data": {"chatId": "c"}}, {"type": "event", "name": "x", "data": None},
        {"type": "acknowledged"}, {"type": "close"}, {"type": "other"},
        '40{"userId":"u","secret":"s"}', '42["call:end",{"chatId":"c"}]', '427["ping"]', "3"]


def test_links_carry_a_person_or_a_key_behind_the_hash(ask):
    assert ask("people/links.js", """
        const me = { userId: '7hN2kQvYb3xWcR9mT', secret: 'zPdLs7hN2kQvYb3xWcR9mT', name: 'Ana: #1 & co' };
        const read = link => m.readLink(new URL(link).hash);
        return [read(m.contactLink(me.userId)), read(m.deviceLink(me)), m.readLink('#add=<script>'), m.readLink('#me=a:b'), m.readLink('')]
    """) == [
        {"add": "7hN2kQvYb3xWcR9mT"},
        {"me": {"userId": "7hN2kQvYb3xWcR9mT", "secret": "zPdLs7hN2kQvYb3xWcR9mT", "name": "Ana: #1 & co"}}, None, None, None]


def bits_of(svg):
    """The modules of the server's QR code, without its quiet zone."""
    size = int(re.search(r'viewBox="0 0 (\d+)', svg)[1]) - 8
    rows = [[False] * size for _ in range(size)]
    for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1", svg):
        for column in range(int(x), int(x) + int(run)):
            rows[int(y) - 4][column - 4] = True
    return rows


def unmasked(rows):
    """The modules that are neither pattern nor format, with the mask that the format names taken off."""
    masks = [
        lambda y, x: (y + x) % 2 == 0, lambda y, x: y % 2 == 0, lambda y, x: x % 3 == 0, lambda y, x: (y + x) % 3 == 0,
        lambda y, x: (y // 2 + x // 3) % 2 == 0, lambda y, x: y * x % 2 + y * x % 3 == 0,
        lambda y, x: (y * x % 2 + y * x % 3) % 2 == 0, lambda y, x: ((y + x) % 2 + y * x % 3) % 2 == 0]
    # The mask's three bits stand in row 8, columns 2 to 4; the format itself is masked with 101.
    number = sum(int(rows[8][column]) << (4 - column) for column in (2, 3, 4)) ^ 0b101
    size = len(rows)

    def is_free(y, x):
        corner = (y < 9 and x < 9) or (y < 9 and x >= size - 8) or (y >= size - 8 and x < 9)
        # Versions 2 to 6, as links have, align by one pattern.
        is_aligned = abs(y - (size - 7)) <= 2 and abs(x - (size - 7)) <= 2
        return not corner and not is_aligned and y != 6 and x != 6

    return [[rows[y][x] ^ masks[number](y, x) if is_free(y, x) else None for x in range(size)] for y in range(size)]


def test_the_page_draws_the_same_qr_codes_as_the_server(ask, chromium, site):
    page = chromium.new_page()
    page.goto(site)
    for _ in range(8):
        room = page.evaluate("fetch('/api/rooms', { method: 'POST' }).then(r => r.json())")
        svg = page.evaluate(f"fetch('/api/rooms/{room['token']}/qr.svg').then(r => r.text())")
        rows, theirs = ask("core/qr.js", f"return m.qrCode({room['url']!r})"), bits_of(svg)
        assert len(rows) == len(theirs)
        # Which of the eight masks reads best is a matter of weighing; what is under it is not.
        assert unmasked(rows) == unmasked(theirs)
    page.close()


@pytest.mark.parametrize("length, version", [(1, 1), (14, 1), (15, 2), (106, 6), (107, 7), (180, 9), (181, 10), (666, 20)])
def test_a_qr_code_is_as_small_as_its_text_allows(ask, length, version):
    assert ask("core/qr.js", f"return m.qrCode('x'.repeat({length})).length") == 17 + 4 * version


def test_a_text_too_long_for_a_qr_code_has_none(ask):
    assert ask("core/qr.js", "return m.qrCode('x'.repeat(667))") is None
