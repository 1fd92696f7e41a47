# SPDX-License-Identifier: Apache-2.0
"""Chromium on a client's line."""
import os
import pathlib
import subprocess

from people import CHROMIUM

# Gathers relayed candidates alone; what came of it, as lines.
GATHER = """
([urls, username, credential]) => new Promise(resolve => {
    const said = [];
    const done = () => { connection.close(); resolve(said); };
    const connection = new RTCPeerConnection({ iceServers: [{ urls, username, credential }], iceTransportPolicy: "relay" });
    connection.onicecandidate = event => {
        if (!event.candidate?.candidate) return;
        // Some versions put IPv6 into brackets here.
        const address = event.candidate.address.replace(/^\\[|\\]$/g, "");
        said.push(`${event.candidate.type} ${address} ${event.candidate.relayProtocol ?? "udp"}`);
        // On a line without IPv4 the gathering never ends, though all is there.
        setTimeout(done, 5000);
    };
    connection.onicecandidateerror = event => said.push(`error ${event.errorCode} ${event.errorText} ${event.url}`);
    connection.onicegatheringstatechange = () => {
        if (connection.iceGatheringState === "complete") done();
    };
    setTimeout(() => { said.push("nothing was gathered"); done(); }, 60000);
    connection.createDataChannel("anything");
    connection.createOffer().then(offer => connection.setLocalDescription(offer));
})
"""


def launch(playwright, world, client):
    """Chromium in a home of its own on this client's line, where the world's authority is trusted."""
    home = pathlib.Path(world.folder, f"home-{client.namespace.name}")
    store = home / ".pki" / "nssdb"
    if not store.exists():
        store.mkdir(parents=True)
        for words in (["-N", "--empty-password"], ["-A", "-t", "C,,", "-n", "tests", "-i", world.certificates.authority]):
            subprocess.run(["certutil", "-d", f"sql:{store}", *words], check=True, capture_output=True)
    program = home / "chromium"
    program.write_text(f'#!/bin/sh\nexec {" ".join(client.namespace.command(["/usr/bin/chromium"]))} "$@"\n')
    os.chmod(program, 0o755)
    return playwright.chromium.launch(
        executable_path=str(program), args=CHROMIUM,
        env={"HOME": str(home), "PATH": "/usr/bin:/bin:/usr/sbin"})


def gathered(browser, url, credentials):
    """What a page gets from one TURN URL: lines “relay ADDRESS PROTOCOL” or “error …”."""
    page = browser.new_page()
    try:
        return page.evaluate(GATHER, [[url], *credentials])
    finally:
        page.close()
