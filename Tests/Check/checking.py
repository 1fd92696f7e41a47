# SPDX-License-Identifier: Apache-2.0
"""Runs `sterna check` and reads what it says."""
import json
import os
import subprocess

import server

VERDICTS = {0: "ok", 1: "warn", 2: "fail"}


class Checked:
    """What a check said. `findings` are the lines, as dictionaries."""

    def __init__(self, *arguments, prefix=(), stdin="", environment=None):
        command = [*prefix, server.BINARY, "check", "--json", *arguments]
        done = subprocess.run(
            command, input=stdin, capture_output=True, text=True, timeout=240,
            env=dict(os.environ, SWIFT_BACKTRACE="enable=no", **(environment or {})),
        )
        self.said = done.stdout + done.stderr
        self.status = done.returncode
        assert done.returncode in VERDICTS, self.said
        answer = json.loads(done.stdout)
        self.findings, self.ice_servers = answer["findings"], answer.get("iceServers")
        assert answer["verdict"] == VERDICTS[done.returncode]
        for finding in self.findings:
            for member in ("cause", "remedy"):
                assert (member in finding) == (finding["verdict"] in ("WARN", "FAIL")), finding

    def lines(self, layer, verdict):
        return [each for each in self.findings if (each["layer"], each["verdict"]) == (layer, verdict)]

    def one(self, layer, verdict, words):
        """The finding of a layer that holds these words."""
        found = [each for each in self.lines(layer, verdict) if words in each["text"]]
        assert found, f"no {layer} {verdict} line with “{words}” in\n{self.told()}"
        return found[0]

    def told(self):
        return "\n".join(
            f"{each['layer']:9}{each['verdict']:6}{each['text']} → {each.get('remedy', '')}" for each in self.findings)

    def causes(self, verdict):
        """Why lines have this verdict, by name."""
        return sorted(each["cause"] for each in self.findings if each["verdict"] == verdict)

    def failures(self):
        """The layers that fail."""
        return {each["layer"] for each in self.findings if each["verdict"] == "FAIL"}


def settings(running):
    """The configuration that a running server was started with, as a file."""
    return os.path.join(running.folder, "sterna.conf")
