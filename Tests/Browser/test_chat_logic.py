# SPDX-License-Identifier: Apache-2.0
"""The channels' rules without a network: what is sent again, what stands where, and what is in a message."""
import pytest


def test_messages_are_sent_in_order_and_not_too_many_at_once(ask):
    assert ask("chat/outbox.js", """
        const box = new m.Outbox();
        for (let n = 0; n < 40; n += 1) box.add({ nonce: `n${n}`, channel: 'general', text: String(n) });
        const first = box.take(1000).map(d => d.text);
        const nothing = box.take(1100).length;
        for (let n = 0; n < 5; n += 1) box.acknowledge(`n${n}`);
        return [first, nothing, box.take(1200).map(d => d.text), box.drafts.length]
    """) == [[str(n) for n in range(16)], 0, [str(n) for n in range(16, 21)], 35]


def test_what_was_under_way_when_the_line_broke_is_sent_again_first_and_with_its_nonce(ask):
    assert ask("chat/outbox.js", """
        const box = new m.Outbox();
        for (const text of ['a', 'b', 'c']) box.add({ nonce: `n${text}`, channel: 'general', text });
        box.take(0);
        box.acknowledge('na');
        box.lost();
        box.add({ nonce: 'nd', channel: 'general', text: 'd' });
        return box.take(5000).map(d => d.nonce)
    """) == ["nb", "nc", "nd"]


def test_a_message_that_nobody_acknowledges_is_tried_again_in_a_while(ask):
    assert ask("chat/outbox.js", """
        const box = new m.Outbox();
        box.add({ nonce: 'n', channel: 'general', text: 'a' });
        return [0, 5000, 9999, 10000, 15000, 20000].map(now => box.take(now).length)
    """) == [1, 0, 0, 1, 0, 1]


def test_a_flood_keeps_to_what_the_server_takes(ask):
    sent = ask("chat/outbox.js", """
        const box = new m.Outbox(), times = [];
        for (let n = 0; n < 300; n += 1) box.add({ nonce: `n${n}`, channel: 'general', text: 'x' });
        for (let now = 0; now <= 20000; now += 50) {
            for (const draft of box.take(now)) { times.push(now); box.acknowledge(draft.nonce); }
        }
        return times
    """)
    assert len(sent) == 300
    # 60 a second over a burst of 120 is the server's; ours stays below it in every window.
    for start in range(0, 20001, 50):
        assert len([time for time in sent if start <= time < start + 1000]) <= 110


def test_what_waits_for_a_closed_channel_is_dropped(ask):
    assert ask("chat/outbox.js", """
        const box = new m.Outbox();
        box.add({ nonce: '1', channel: 'a', text: 'x' });
        box.add({ nonce: '2', channel: 'b', text: 'y' });
        box.drop('a');
        return [box.of('a').length, box.of('b').map(d => d.text)]
    """) == [0, ["y"]]


def test_messages_stand_once_and_in_order_whichever_way_they_come(ask):
    assert ask("chat/history.js", """
        const h = new m.History();
        const at = n => ({ id: String(n).padStart(4, '0'), channel: 'c', author: 'a', text: `t${n}`, sentAt: '' });
        h.add([at(5), at(6)]);
        h.add([at(9)]);
        h.add([at(1), at(2), at(5), at(7), at(9)]);
        h.edit({ ...at(6), text: 'six' });
        h.edit(at(3));
        h.remove('0002');
        return [h.messages.map(x => x.text), h.oldest.id, h.newest.id]
    """) == [["t1", "t5", "six", "t7", "t9"], "0001", "0009"]


def test_what_was_deleted_or_changed_meanwhile_shows_in_the_newest_page(ask):
    assert ask("chat/history.js", """
        const h = new m.History();
        const at = (n, text = `t${n}`) => ({ id: String(n).padStart(4, '0'), channel: 'c', author: 'a', text, sentAt: '' });
        h.add([1, 2, 3, 4, 5, 9].map(n => at(n)));
        h.reconcile([at(3), at(5, 'five'), at(6)]);
        return h.messages.map(x => x.text)
    """) == ["t1", "t2", "t3", "five", "t6", "t9"]


def parts(ask, text, me="Ana", names=()):
    found = ask("chat/text.js", f"return m.partsOf({text!r}, {me!r}, {list(names)!r})")
    return [(part["kind"], part.get("href") or part["text"]) for part in found]


@pytest.mark.parametrize("text, expected", [
    ("plain words", [("words", "plain words")]),
    ("see https://example.org/a.", [("words", "see "), ("link", "https://example.org/a"), ("words", ".")]),
    ("(https://example.org/x)", [("words", "("), ("link", "https://example.org/x"), ("words", ")")]),
    ("https://example.org/a_(b)", [("link", "https://example.org/a_(b)")]),
    ("javascript:alert(1)", [("words", "javascript:alert(1)")]),
    ("data:text/html,x http://", [("words", "data:text/html,x http://")]),
    ("<img src=x onerror=alert(1)>", [("words", "<img src=x onerror=alert(1)>")]),
    ("/api/images/7hN2kQvYb3xWcR9mTzPdLs", [("picture", "/api/images/7hN2kQvYb3xWcR9mTzPdLs")]),
    ("/api/images/../users", [("words", "/api/images/../users")]),
    ("https://evil.example/api/images/7hN2kQvYb3xWcR9mTzPdLs", [("link", "https://evil.example/api/images/7hN2kQvYb3xWcR9mTzPdLs")]),
])
def test_a_message_is_words_links_and_pictures(ask, text, expected):
    assert parts(ask, text) == expected


def test_names_are_called_whole_and_by_the_longest(ask):
    assert parts(ask, "@Ana, @Ana Lena and @Anatol; a@Ana", "Ana", ["Ana Lena"]) == [
        ("mention", "@Ana"), ("words", ", "), ("mention", "@Ana Lena"), ("words", " and @Anatol; a@Ana")]
    calls = ask("chat/text.js", "return ['hi @ana!', '@Anatol', 'Ana', '@ana lena'].map(text => m.calls(text, 'Ana'))")
    assert calls == [True, False, False, True]


@pytest.mark.parametrize("text, place", [
    ("https://example.org/a", None), ("http://example.org:8080", None), ("HTTPS://Example.org", None),
    ("https://bank.com@evil.example/", "evil.example"), ("https://bank.com:443@evil.example/login", "evil.example"),
    ("https://\u0440aypal.com/", "xn--aypal-uye.com"),
])
def test_a_link_that_hides_where_it_goes_says_it(ask, text, place):
    found = ask("chat/text.js", f"return m.hiddenPlace('{text}', new URL('{text}').href)")
    assert found == place
