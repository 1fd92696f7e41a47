# SPDX-License-Identifier: Apache-2.0
"""Metrics as Prometheus reads them: coturn's names and our own, live, by class, and nobody named."""
import contextlib
import json
import os
import re
import shutil
import subprocess
import urllib.error
import urllib.request

import pytest
import stun
from server import LOOPBACK, PASSWORD, PEERS, REST, ROOT, USER, USERS, Server, free_ports
from test_credentials import minted
from websockets.sync.client import connect

pytestmark = pytest.mark.ours
MONITORING = os.path.join(ROOT, "packaging", "monitoring")

# What coturn's exporter has (prom_server.c).
COTURN = {
    *(f"stun_binding_{each}" for each in ("request", "response", "error")),
    *(f"turn_{total}traffic_{peer}{each}" for total in ("", "total_") for peer in ("", "peer_")
      for each in ("rcvp", "rcvb", "sentp", "sentb")),
    "turn_total_allocations",
    *(f"turn_unauthenticated_401_{each}" for each in ("requests", "responses", "dropped_responses")),
}


@contextlib.contextmanager
def watched(*lines):
    port = free_ports(1)
    server = Server("sterna", LOOPBACK + USERS + PEERS + ["prometheus", f"prometheus-port={port}", *lines])
    server.metrics = f"http://127.0.0.1:{port}"
    try:
        server.wait()
        yield server
    finally:
        assert server.stop()


def page(server, path="/metrics"):
    with urllib.request.urlopen(server.metrics + path, timeout=5) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def samples(server):
    """Every sample by its name and labels, as {name: {(label, …): value}}."""
    _, text = page(server)
    found = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, labels, value = re.fullmatch(r'(\w+)(?:\{(.*)\})? (\S+)', line).groups()
        key = tuple(re.findall(r'(\w+)="([^"]*)"', labels or ""))
        assert key not in found.setdefault(name, {}), f"{name}{key} is there twice"
        found[name][key] = float(value)
    return found


@pytest.fixture(scope="module")
def server():
    with watched(*REST) as server:
        yield server


def test_the_page_is_in_the_exposition_format(server):
    kind, text = page(server)
    assert kind == "text/plain; version=0.0.4; charset=utf-8"
    assert text.endswith("\n") and "\r" not in text
    label = r'[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*"'
    sample = re.compile(rf"([a-zA-Z_:][\w:]*)(\{{{label}(?:,{label})*\}})? (NaN|[+-]Inf|[+-]?[\d.]+(?:e[+-]?\d+)?)")
    families, series, family = {}, set(), None
    for line in text.splitlines():
        if line.startswith("# "):
            word, name, rest = line[2:].split(" ", 2)
            # A family begins once, with HELP and then TYPE, and its samples stand together.
            if word == "HELP":
                assert name not in families and rest and not re.search(r"\\[^\\n]", rest), line
                families[name], family = None, name
            else:
                assert word == "TYPE" and name == family and families[name] is None, line
                assert rest in ("counter", "gauge", "histogram", "summary", "untyped"), line
                families[name] = rest
            continue
        found = sample.fullmatch(line)
        assert found, line
        suffixes = ("", "_bucket", "_sum", "_count") if families[family] in ("histogram", "summary") else ("",)
        assert found[1] in {family + each for each in suffixes}, line
        assert families[family] != "counter" or float(found[3]) >= 0, line
        names = re.findall(r'(\w+)="', found[2] or "")
        assert len(names) == len(set(names)) and (found[1], found[2]) not in series, line
        series.add((found[1], found[2]))
    assert len(families) > 30 and None not in families.values()


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is in Debian's prometheus")
def test_promtool_has_no_complaint_but_coturns_names(server):
    done = subprocess.run(["promtool", "check", "metrics"], input=page(server)[1], capture_output=True, text=True)
    complaints = [line for line in done.stderr.splitlines() if not line.startswith(("turn_", "stun_"))]
    assert complaints == []


def test_coturns_names_are_there(server):
    assert COTURN <= set(samples(server))
    assert set(samples(server)["turn_total_allocations"]) == {
        (("type", each),) for each in ("UDP", "TCP", "TLS/TCP", "DTLS/UDP")
    }


def test_traffic_is_counted_while_a_session_runs(server):
    before = samples(server)
    first, second = server.client(), server.client()
    assert first.allocate().error == 0 and second.allocate().error == 0
    for one, other in ((first, second), (second, first)):
        assert one.permit(other.relayed).error == 0
    for _ in range(20):
        first.send(second.relayed, b"x" * 100)
        second.receive()
    now = samples(server)

    def grown(name, *labels):
        return now[name][labels] - before[name].get(labels, 0)

    assert grown("turn_total_traffic_rcvp") == 20
    assert grown("turn_total_traffic_rcvb") == 2000
    assert grown("sterna_relayed_bytes_total", ("to", "clients")) == 2000
    assert grown("turn_total_allocations", ("type", "UDP")) == 2
    assert grown("sterna_allocations_total") == 2
    for each in (first, second):
        assert each.refresh(0).error == 0
    assert samples(server)["sterna_allocations"][("transport", "udp"),] == before["sterna_allocations"][
        ("transport", "udp"),
    ]


@pytest.mark.parametrize(
    "reason, code, user",
    [
        ("wrong-password", "401", (USER, "wrong")),
        ("unknown-user", "401", ("eve", PASSWORD)),
        ("expired", "401", minted(seconds=-60)),
    ],
)
def test_a_refusal_is_counted_by_its_reason(server, reason, code, user):
    key = (("code", code), ("reason", reason))
    before = samples(server)["sterna_refusals_total"][key]
    assert server.client(user=user[0], password=user[1]).allocate().error == 401
    assert samples(server)["sterna_refusals_total"][key] == before + 1


def test_a_forbidden_peer_is_counted_by_the_class_of_its_rule(server):
    key = (("code", "403"), ("reason", "special-address"))
    before = samples(server)["sterna_refusals_total"][key]
    client = server.client()
    assert client.allocate().error == 0
    assert client.permit(("10.0.0.1", 9)).error == 403
    assert samples(server)["sterna_refusals_total"][key] == before + 1
    client.refresh(0)


def test_a_reached_quota_and_missing_ports_are_told_apart():
    with watched("user-quota=1") as server:
        first, second = server.client(), server.client()
        assert first.allocate().error == 0
        assert second.allocate().error == 486
        refusals = samples(server)["sterna_refusals_total"]
        assert refusals[("code", "486"), ("reason", "user-quota")] == 1
        assert refusals[("code", "508"), ("reason", "ports")] == 0
        ports = samples(server)["sterna_relay_ports"]
        assert ports[("state", "used"),] == 1 and ports[("state", "free"),] > 0


def test_no_user_is_named(server):
    user, password = minted(name="somebody-in-particular")
    client = server.client(user=user, password=password)
    assert client.allocate().error == 0
    _, text = page(server)
    assert "somebody" not in text and USER not in re.findall(r'"([^"]*)"', text)
    client.refresh(0)


def test_the_server_tells_of_itself(server):
    found = samples(server)
    assert found["process_resident_memory_bytes"][()] > 1e6
    assert found["process_open_fds"][()] > 3
    assert found["sterna_draining"][()] == 0
    assert all(delay < 5 for delay in found["sterna_loop_delay_seconds"].values())


def test_another_path_and_the_root_are_as_coturns():
    with watched("prometheus-path=/turn") as server:
        assert "sterna_build_info" in page(server, "/turn")[1]
        assert page(server, "/")[1] == "ok\n"
        with pytest.raises(urllib.error.HTTPError, match="404"):
            page(server, "/metrics")


def test_the_web_port_has_no_metrics(tmp_path):
    with watched("web-port={web_port}", "web-listening-ip=127.0.0.1") as server:
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"http://127.0.0.1:{server.web_port}/metrics", timeout=5)
        assert samples(server)["sterna_rooms"][()] == 0


def test_what_pages_tell_of_their_calls_is_counted():
    with watched("web-port={web_port}", "web-listening-ip=127.0.0.1") as server:
        made = urllib.request.Request(f"http://127.0.0.1:{server.web_port}/api/rooms", method="POST")
        token = json.load(urllib.request.urlopen(made, timeout=5))["token"]
        with connect(f"ws://127.0.0.1:{server.web_port}/ws/rooms/{token}") as page:
            page.send(json.dumps({"type": "join"}))
            assert json.loads(page.recv())["type"] == "joined"
            for report in (
                    {"connected": True, "first": True, "relayed": True, "frame": 420},
                    {"connected": True, "first": False, "relayed": False},
                    {"connected": False, "first": False, "relayed": False}):
                page.send(json.dumps({"type": "report", **report}))
            page.send(json.dumps({"type": "ping", "t": 1}))
            assert json.loads(page.recv())["type"] == "pong"
        found = samples(server)
    assert found["sterna_calls_total"] == {
        (("result", "first-attempt"),): 1, (("result", "later-attempt"),): 1, (("result", "failed"),): 1}
    assert found["sterna_calls_connected_total"] == {(("way", "relayed"),): 1, (("way", "direct"),): 1}
    buckets = found["sterna_call_first_frame_seconds_bucket"]
    assert (buckets[(("le", "0.250000"),)], buckets[(("le", "0.500000"),)], buckets[(("le", "+Inf"),)]) == (0, 1, 1)
    assert found["sterna_call_first_frame_seconds_sum"][()] == 0.42


def names_in(text):
    return set(re.findall(r"\b(?:sterna|turn|stun|process)_[a-z0-9_]+\b", text))


def test_the_dashboard_and_the_alerts_name_metrics_that_exist(server):
    with open(os.path.join(MONITORING, "sterna-dashboard.json")) as file:
        board = json.load(file)
    expressions = " ".join(target["expr"] for panel in board["panels"] for target in panel["targets"])
    with open(os.path.join(MONITORING, "sterna-alerts.yml")) as file:
        alerts = " ".join(line for line in file if "expr:" in line)
    known = set(samples(server)) | {"sterna_certificate_expiry_timestamp_seconds"}
    named = names_in(expressions) | names_in(alerts)
    assert len(named) > 10 and named <= known | {
        "sterna_rooms", "sterna_rooms_active", "sterna_people", "sterna_calls_total", "sterna_calls_connected_total",
        "sterna_call_first_frame_seconds_bucket", "sterna_storing", "sterna_storage_delay_seconds"}


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is in Debian's prometheus")
def test_promtool_understands_the_alerts():
    done = subprocess.run(
        ["promtool", "check", "rules", os.path.join(MONITORING, "sterna-alerts.yml")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
