# SPDX-License-Identifier: Apache-2.0
"""Who may allocate: static users and TURN REST secrets, over UDP."""
import base64
import hashlib
import hmac
import time

import pytest
import stun
from server import LOOPBACK, PASSWORD, REALM, REST, SECRET, USER, USERS


def minted(secret=SECRET, seconds=600, name="ben"):
    user = f"{int(time.time()) + seconds}:{name}"
    return user, base64.b64encode(hmac.new(secret.encode(), user.encode(), hashlib.sha1).digest()).decode()


def allocation(server, user, password):
    client = server.client(user=user, password=password)
    answer = client.allocate()
    if answer.error == 0:
        client.refresh(0)
    client.close()
    return answer


@pytest.fixture
def users(serve):
    return serve(LOOPBACK + USERS)


@pytest.fixture
def rest(serve):
    return serve(LOOPBACK + REST)


def test_a_request_without_credentials_is_challenged_with_realm_and_nonce(users):
    client = users.client(user=None)
    answer = client.allocate()
    assert answer.error == 401
    assert answer[stun.REALM] == REALM.encode()
    assert answer[stun.NONCE]
    assert answer[stun.INTEGRITY] is None


def test_a_static_user_allocates_and_every_answer_is_signed(users):
    client = users.client()
    answer = client.allocate()
    assert answer.error == 0
    assert answer.is_signed_with(client.key)
    assert answer.lifetime == 600
    assert answer.address(stun.RELAYED_ADDRESS)[1] in users.relays
    assert answer.address(stun.XOR_MAPPED_ADDRESS) == client.link.socket.getsockname()
    released = client.refresh(0)
    assert (released.error, released.lifetime) == (0, 0)
    assert released.is_signed_with(client.key)


def test_a_wrong_password_is_refused(users):
    assert allocation(users, USER, PASSWORD + "x").error == 401


def test_an_unknown_user_is_refused_as_a_wrong_password_is(users):
    wrong = allocation(users, USER, PASSWORD + "x")
    unknown = allocation(users, "eve", PASSWORD)
    assert unknown.error == 401
    assert len(unknown.raw) == len(wrong.raw)


def test_a_minted_credential_allocates(rest):
    assert allocation(rest, *minted()).error == 0


def test_an_expired_minted_credential_is_refused(rest):
    assert allocation(rest, *minted(seconds=-60)).error == 401


def test_a_credential_of_another_secret_is_refused(rest):
    assert allocation(rest, *minted(secret="south wind")).error == 401


@pytest.mark.ours
def test_static_users_and_several_secrets_are_served_at_once(serve):
    server = serve(LOOPBACK + USERS + REST + ["static-auth-secret=east wind"])
    assert allocation(server, USER, PASSWORD).error == 0
    assert allocation(server, *minted()).error == 0
    assert allocation(server, *minted(secret="east wind")).error == 0
    assert allocation(server, *minted(secret="south wind")).error == 401


def test_a_nonce_of_another_address_is_stale(users):
    first, second = users.client(), users.client()
    assert first.allocate().error == 0
    second.realm, second.nonce, second.key = first.realm, first.nonce, first.key
    request = [(stun.TRANSPORT, stun.UDP), *second.credentials()]
    answer = second.exchange(stun.encode(stun.ALLOCATE, attributes=request, key=second.key))
    assert answer.error == 438
    assert answer[stun.NONCE] and answer[stun.NONCE] != first.nonce
    first.refresh(0)


def test_a_retransmitted_allocate_gets_the_same_allocation(users):
    client = users.client()
    client.request(stun.ALLOCATE)
    request = stun.encode(
        stun.ALLOCATE, attributes=[(stun.TRANSPORT, stun.UDP), *client.credentials()], key=client.key
    )
    first, again = client.exchange(request), client.exchange(request)
    assert first.error == again.error == 0
    assert first.address(stun.RELAYED_ADDRESS) == again.address(stun.RELAYED_ADDRESS)
    another = client.allocate()
    assert another.error == 437
    client.refresh(0)
