# SPDX-License-Identifier: Apache-2.0
"""baresip on a client's line: a SIP telephone whose sound goes through a relay (medianat=turn)."""
import os
import re
import subprocess
import time
import wave

MODULES = "/usr/lib/baresip/modules"
CONFIGURATION = """\
sip_listen {address}:5060
net_interface eth0
audio_source aufile,{folder}/tone.wav
audio_player aubridge,nowhere
audio_alert aubridge,elsewhere
call_local_timeout 30
rtp_stats yes
module_path {modules}
module g711.so
module aubridge.so
module aufile.so
module stun.so
module turn.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
"""


class Telephone:
    """A running baresip that answers every call."""

    def __init__(self, client, name, server, address, *options):
        self.address = client.seen[4]
        self.folder = os.path.join(client.world.folder, f"baresip-{client.namespace.name}")
        os.makedirs(self.folder, exist_ok=True)
        user, password = server.credentials()
        self.write("config", CONFIGURATION.format(address=self.address, folder=self.folder, modules=MODULES))
        self.write("contacts", "")
        with wave.open(os.path.join(self.folder, "tone.wav"), "wb") as tone:
            tone.setparams((1, 2, 8000, 0, "NONE", None))
            tone.writeframes(bytes(range(256)) * 8000)
        self.write("accounts", (
            f'<sip:{name}@{self.address}>;regint=0;answermode=auto;audio_codecs=PCMU/8000/1;medianat=turn;'
            f'stunserver="turn:{address}:3478";stunuser={user};stunpass={password}\n'))
        self.log = os.path.join(self.folder, "log")
        with open(self.log, "w") as log:
            self.process = client.start(
                ["baresip", "-f", self.folder, "-v", *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w") as file:
            file.write(text)

    def said(self):
        with open(self.log, errors="replace") as file:
            return file.read()

    def waits_for(self, pattern, seconds):
        deadline = time.monotonic() + seconds
        while not re.search(pattern, self.said()):
            assert time.monotonic() < deadline, f"baresip did not say “{pattern}” within {seconds} s:\n{self.said()}"
            time.sleep(0.05)

    def sent(self):
        """How many packets of sound it counted when the call had ended."""
        return int(re.search(r"packets: +(\d+) +(\d+)", self.said())[1])

    def received(self):
        return int(re.search(r"packets: +(\d+) +(\d+)", self.said())[2])

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
