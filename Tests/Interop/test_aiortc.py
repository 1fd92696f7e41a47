# SPDX-License-Identifier: Apache-2.0
"""Two aiortc peers, relayed only, open a data channel through the server: ICE, DTLS and SCTP over TURN."""
import asyncio

import pytest
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection
from aiortc.rtcconfiguration import RTCIceTransportPolicy
from certificates import Certificates
from server import LOOPBACK, PASSWORD, PEERS, USER, USERS, dial


async def echo(urls, messages):
    """Sends messages through a data channel whose other side sends them back; returns what came back and the SDP."""
    configuration = RTCConfiguration(
        iceServers=[RTCIceServer(urls=urls, username=USER, credential=PASSWORD)],
        iceTransportPolicy=RTCIceTransportPolicy.RELAY,
    )
    near, far = RTCPeerConnection(configuration), RTCPeerConnection(configuration)
    back = asyncio.Queue()
    try:
        channel = near.createDataChannel("echo")
        channel.on("open", lambda: [channel.send(message) for message in messages])
        channel.on("message", back.put_nowait)
        far.on("datachannel", lambda other: other.on("message", other.send))
        await near.setLocalDescription(await near.createOffer())
        await far.setRemoteDescription(near.localDescription)
        await far.setLocalDescription(await far.createAnswer())
        await near.setRemoteDescription(far.localDescription)
        return [await asyncio.wait_for(back.get(), 20) for _ in messages], near.localDescription.sdp
    finally:
        await near.close()
        await far.close()


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_data_channel_opens_over_relays_alone(serve, transport):
    server = serve(LOOPBACK + USERS + PEERS)
    messages = [f"message {number}" for number in range(50)]
    url = f"turn:127.0.0.1:{server.port}?transport={transport}"
    came_back, sdp = asyncio.run(asyncio.wait_for(echo(url, messages), 40))
    assert came_back == messages
    assert " typ relay " in sdp and " typ host " not in sdp


@pytest.mark.parametrize("where", ["plain port", "TLS port", pytest.param("port of HTTPS", marks=pytest.mark.ours)])
def test_a_data_channel_opens_over_tls_alone(serve, tmp_path, monkeypatch, where):
    certificates = Certificates(tmp_path)
    # What Python's ssl believes, for aiortc has no other way to be told.
    monkeypatch.setenv("SSL_CERT_FILE", certificates.authority)
    server = serve(LOOPBACK + USERS + PEERS + [
        "tls-listening-port={tls_port}", "web-tls-port={web_port}", "web-listening-ip=127.0.0.1", "no-web-udp",
        f"cert={certificates.chain}", f"pkey={certificates.key}",
    ])
    port = {"plain port": server.port, "TLS port": server.tls_port, "port of HTTPS": server.web_port}[where]
    dial(port).close()
    messages = [f"message {number}" for number in range(50)]
    came_back, sdp = asyncio.run(asyncio.wait_for(echo(f"turns:localhost:{port}?transport=tcp", messages), 40))
    assert came_back == messages
    assert " typ relay " in sdp and " typ host " not in sdp
