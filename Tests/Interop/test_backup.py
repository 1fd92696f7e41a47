# SPDX-License-Identifier: Apache-2.0
"""`sterna backup` and `sterna restore`: what was there comes back, also what was written while the server ran."""
import http.client
import json
import os
import stat
import subprocess
import tarfile

import pytest
from server import BINARY, Server

pytestmark = pytest.mark.ours


def sterna(*words):
    return subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=60)


def ask(server, method, path, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.web_port, timeout=5)
    connection.request(method, path, body=body and json.dumps(body), headers={"Content-Type": "application/json"})
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read() or b"null")


def test_a_link_made_before_a_backup_is_good_after_a_restore(tmp_path, monkeypatch):
    server = Server("sterna", ["listening-ip=127.0.0.1", "web-port={web_port}", "web-listening-ip=127.0.0.1"])
    server.wait()
    status, room = ask(server, "POST", "/api/rooms", {})
    assert status == 201
    archive = tmp_path / "sterna.tar"
    configuration = os.path.join(server.folder, "sterna.conf")
    saved = sterna("backup", str(archive), "--config", configuration)
    assert saved.returncode == 0, saved.stderr
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    status, later = ask(server, "POST", "/api/rooms", {})
    assert server.stop()

    names = tarfile.open(archive).getnames()
    assert "configuration/sterna.conf" in names and "data/sterna.db" in names
    assert not [name for name in names if name.endswith(("-wal", "-shm"))]

    data, settings = tmp_path / "data", tmp_path / "configuration"
    data.mkdir()
    (data / "precious").write_text("kept")
    restored = sterna("restore", str(archive), "--data", str(data), "--configuration", str(settings))
    assert restored.returncode == 0, restored.stderr
    assert (tmp_path / "data.before-restore" / "precious").read_text() == "kept"
    assert (settings / "sterna.conf").exists()

    monkeypatch.setenv("STERNA_DATA_DIR", str(data))
    again = Server("sterna", ["listening-ip=127.0.0.1", "web-port={web_port}", "web-listening-ip=127.0.0.1"])
    again.wait()
    try:
        assert ask(again, "GET", f"/api/rooms/{room['token']}")[0] == 200
        assert ask(again, "GET", f"/api/rooms/{later['token']}")[0] == 404
    finally:
        assert again.stop()


def test_an_archive_is_never_written_over(tmp_path):
    archive = tmp_path / "sterna.tar"
    archive.write_text("precious")
    said = sterna("backup", str(archive))
    assert said.returncode == 64 and "there already" in said.stderr
    assert archive.read_text() == "precious"


def test_what_is_no_backup_changes_nothing(tmp_path):
    archive, data = tmp_path / "other.tar", tmp_path / "data"
    data.mkdir()
    archive.write_bytes(b"no archive at all")
    said = sterna("restore", str(archive), "--data", str(data), "--configuration", str(tmp_path / "configuration"))
    assert said.returncode == 65 and "nothing was changed" in said.stderr
    assert data.exists() and not (tmp_path / "data.before-restore").exists()
    assert sorted(os.listdir(tmp_path)) == ["data", "other.tar"]


def test_nothing_is_restored_under_a_server_that_runs(tmp_path):
    server = Server("sterna", ["listening-ip=127.0.0.1", "web-port={web_port}", "web-listening-ip=127.0.0.1"])
    server.wait()
    archive = tmp_path / "sterna.tar"
    configuration = os.path.join(server.folder, "sterna.conf")
    assert sterna("backup", str(archive), "--config", configuration).returncode == 0
    before = sorted(os.listdir(server.folder))
    words = ["restore", str(archive), "--data", server.folder, "--configuration", str(tmp_path / "configuration")]
    refused = sterna(*words)
    assert refused.returncode == 69
    assert f"process {server.process.pid} has the database" in refused.stderr and "systemctl stop sterna" in refused.stderr
    assert sorted(os.listdir(server.folder)) == before
    assert not (tmp_path / "configuration").exists()
    # Also where it ended without a word.
    server.process.kill()
    server.process.wait()
    done = sterna(*words)
    assert done.returncode == 0, done.stderr
    subprocess.run(["rm", "-rf", server.folder + ".before-restore"], check=True)
    server.stop()
