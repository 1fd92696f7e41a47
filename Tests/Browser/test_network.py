# SPDX-License-Identifier: Apache-2.0
"""The way to the relay is cut, silently as a firewall does it, and heals."""
import os
import shutil
import subprocess

import pytest
from conftest import SITE

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("SITE")) or os.geteuid() != 0 or not shutil.which("nft"), reason="needs root and nft")


@pytest.fixture
def wall(serve):
    """wall(True) lets nothing to or from the relay's port through, wall(False) opens it again.

    Neither UDP nor TCP: with only one of them cut, the call goes on over the other.
    """
    port = serve(SITE).port
    table = f"sterna_test_{port}"

    def build(is_up):
        subprocess.run(["nft", "delete", "table", "inet", table], capture_output=True)
        if is_up:
            rules = f"""
                add table inet {table}
                add chain inet {table} in {{ type filter hook input priority 0; }}
                add rule inet {table} in iifname lo meta l4proto {{ tcp, udp }} th dport {port} drop
                add rule inet {table} in iifname lo meta l4proto {{ tcp, udp }} th sport {port} drop
            """
            subprocess.run(["nft", "-f", "-"], input=rules, text=True, check=True)

    yield build
    build(False)


def test_a_cut_of_fifteen_seconds_is_told_and_repaired(couple, wall, figure):
    ana, ben, _ = couple()
    ana.wait_frames(5)
    wall(True)
    for somebody in (ana, ben):
        somebody.wait("trouble", 20)
    ana.reads("Trouble with the connection. It is being repaired")
    ana.page.wait_for_timeout(8000)
    # Voices, pictures and elements are kept: nothing is made anew.
    ana.page.evaluate("window.kept = document.querySelector('.tile:not(.own) audio')")
    wall(False)
    began = ana.page.evaluate("performance.now()")
    for somebody in (ana, ben):
        somebody.wait("connected", 20)
        somebody.wait_frames(5)
    seconds = (ana.page.evaluate("performance.now()") - began) / 1000
    figure(f"pictures again after the network healed: {seconds:.1f} s")
    assert ana.page.evaluate("kept.isConnected && !kept.paused")
    repairs = [line for line in ana.facts()["log"] + ben.facts()["log"] if "repair: restart" in line]
    assert repairs, "nobody restarted ICE"
