# SPDX-License-Identifier: Apache-2.0
"""A guide of docs/ as a list of what somebody does who follows it.

    ```sh             typed as root on the host
    ```sh on=KIND     typed on another machine, a client of Tests/World (`another` is one with nothing in its way)
    ```sh if=PROGRAM  typed where there is such a program
    ```conf           written into /etc/sterna/sterna.conf, instead of what it says of these keys
    <!-- Tests/Documents: KIND -->   what follows is for another host, of this kind of Tests/World

A block of another kind, or of none, is an error: whoever writes a guide says what its reader does with it.
"""
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FENCE = re.compile(r"^```(.*)$")
MARK = re.compile(r"^<!-- Tests/Documents: (\S+) -->$")


class Step:
    """One block: `kind` (sh or conf), `words` (on, if), `text`, and where it stands."""

    def __init__(self, kind, words, text, place):
        self.kind, self.words, self.text, self.place = kind, words, text, place

    def __repr__(self):
        return f"{self.place}: {self.text.splitlines()[0] if self.text else ''}"


def steps(name):
    """The steps of a guide, in lists: one for each host, with its kind in front; the first host is of kind `dual`."""
    with open(os.path.join(ROOT, "docs", name)) as file:
        lines = file.read().splitlines()
    parts, opened = [("dual", [])], None
    for number, line in enumerate(lines, 1):
        mark, fence = MARK.match(line), FENCE.match(line)
        if opened is None and mark:
            parts.append((mark[1], []))
        elif fence and opened is None:
            opened = (number, fence[1].split(), [])
        elif fence:
            began, info, text = opened
            place = f"docs/{name}:{began}"
            assert info and info[0] in ("sh", "conf"), f"{place}: a block says what it is: ```sh or ```conf"
            words = dict(word.split("=", 1) for word in info[1:])
            assert not set(words) - {"on", "if"}, f"{place}: {info}"
            parts[-1][1].append(Step(info[0], words, "\n".join(text), place))
            opened = None
        elif opened:
            opened[2].append(line)
    assert opened is None, f"docs/{name}: a block does not end"
    return [(kind, found) for kind, found in parts if found]


def configured(before, lines):
    """A configuration after somebody has written these lines into it: the keys that they name are said nowhere else."""
    keys = {line.split("=", 1)[0].strip() for line in lines}
    kept = [line for line in before.splitlines() if line.split("=", 1)[0].strip() not in keys]
    return "\n".join([*kept, *lines]) + "\n"
