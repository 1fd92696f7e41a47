# SPDX-License-Identifier: Apache-2.0
"""`sterna check` on a host of the world, as its operator runs it."""
import ctypes
import json
import os

import namespaces

# What OUTPUTS names gets each check as an operator reads it.
OUTPUTS = os.environ.get("OUTPUTS")


class Finding(dict):
    """A line of what a check said; its members are attributes, too."""

    __getattr__ = dict.get

    def __str__(self):
        return f"{self.layer} {self.verdict} {self.text} → {self.remedy}"


class Checked:
    """A check that was run on a machine of the world: its lines, and why some of them are WARN or FAIL."""

    def __init__(self, machine, root, *words, name=None, stdin=None):
        self.said = run(machine, root, "check", "--json", *words, stdin=stdin)
        self.findings = [Finding(each) for each in json.loads(self.said)["findings"]]
        if OUTPUTS and name:
            os.makedirs(OUTPUTS, exist_ok=True)
            with open(os.path.join(OUTPUTS, name + ".txt"), "w") as file:
                file.write(run(machine, root, "check", *words, stdin=stdin))

    def causes(self, verdict):
        """Why lines have this verdict, each once."""
        return {each.cause for each in self.findings if each.verdict == verdict}

    def one(self, layer, verdict, words):
        """The line of a layer that holds these words."""
        found = [each for each in self.findings if (each.layer, each.verdict) == (layer, verdict) and words in each.text]
        assert found, f"no {layer} {verdict} line with “{words}” in\n{self}"
        return found[0]

    def because(self, cause):
        """The line that has this cause."""
        found = [each for each in self.findings if each.cause == cause]
        assert found, f"nothing is said to be {cause} in\n{self}"
        return found[0]

    def __str__(self):
        return "\n".join(map(str, self.findings))


def run(machine, root, *words, stdin=None):
    """Runs the installed program on a machine, over a host's root, where the kernel's buffers are as the package sets them."""
    wide = "/run/rmem_max"
    with open(root + wide, "w") as file:
        file.write("8388608\n")
    script = f'mount --bind {root}{wide} {root}/proc/sys/net/core/rmem_max && exec chroot {root} /usr/bin/sterna "$@"'
    command = machine.namespace.command(["unshare", "--mount", "sh", "-c", script, "sterna", *words])
    done = namespaces.subprocess.run(command, capture_output=True, text=True, input=stdin, timeout=120)
    assert done.returncode in (0, 1, 2), done.stdout + done.stderr
    return done.stdout


def clock():
    """What is to be said of the clock, which is the machine's: nothing where the kernel knows that it is kept right."""
    # adjtimex(2): TIME_ERROR is 5, and a structure that is all zero asks.
    return {"clock-unkept"} if ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(256)) == 5 else set()
