# SPDX-License-Identifier: Apache-2.0
"""Who the process is: a server that root has started becomes somebody else once its ports are open."""
import os
import pwd

import pytest
from server import LOOPBACK, PEERS, USERS, Server

pytestmark = [pytest.mark.ours, pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")]


def test_the_process_is_another_user_in_every_thread_and_still_serves():
    server = Server("sterna", [*LOOPBACK, *USERS, *PEERS, "proc-user=nobody", "proc-group=nogroup"])
    try:
        server.wait()
        nobody = str(pwd.getpwnam("nobody").pw_uid)
        folder = f"/proc/{server.process.pid}/task"
        for thread in os.listdir(folder):
            with open(f"{folder}/{thread}/status") as file:
                lines = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
            assert lines["Uid"].split() == [nobody] * 4
            assert int(lines["CapEff"], 16) == 0 and "0" not in lines["Groups"].split()
        client = server.client()
        assert client.allocate().error == 0
        client.refresh(0)
        client.close()
    finally:
        assert server.stop()


def test_a_user_that_does_not_exist_ends_the_start():
    server = Server("sterna", [*LOOPBACK, *USERS, "proc-user=nobody-at-all"])
    try:
        assert server.process.wait(10) != 0
        assert "there is no user “nobody-at-all”" in server.said()
    finally:
        server.stop()
