# SPDX-License-Identifier: Apache-2.0
"""The Debian package: what it holds, and that it comes, is renewed and goes as Debian's policy wants it."""
import os
import re
import subprocess

import debian
import pytest


@pytest.fixture(scope="module")
def deb():
    return debian.package()


@pytest.fixture(scope="module")
def system(tmp_path_factory, deb):
    """A Debian with the package installed, as every test here finds it; `before` are the files of a Debian without."""
    system = debian.Debian(str(tmp_path_factory.mktemp("debian") / "root"))
    system.before = system.files()
    with system.mounted():
        system.said = system.installs(deb)
        yield system


def fields(deb):
    return dict(re.findall(r"^([A-Z][\w-]*): (.*)$", debian.run("dpkg-deb", "-f", deb), re.M))


def test_lintian_finds_neither_errors_nor_warnings(deb):
    allowed = ["--allow-root"] if os.getuid() == 0 else []
    said = subprocess.run(["lintian", "--fail-on", "error,warning", *allowed, deb], capture_output=True, text=True)
    assert said.returncode == 0, said.stdout + said.stderr


def test_it_depends_on_libraries_of_c_and_nothing_of_swift(deb):
    needs = fields(deb)["Depends"]
    assert "libssl3" in needs and "libsqlite3-0" in needs
    assert "swift" not in needs.lower()


def test_it_stands_in_for_any_turn_server_and_conflicts_with_none(deb):
    assert "turn-server" in fields(deb)["Provides"]
    assert "Conflicts" not in fields(deb)


def test_the_version_is_that_of_the_program(system, deb):
    assert fields(deb)["Version"] == system.does("sterna", "version").split()[-1]


def test_the_configuration_is_made_with_a_secret_of_this_host(system):
    assert system.owner("/etc/sterna/sterna.conf") == "root:sterna 640"
    assert system.owner("/etc/sterna") == "root:sterna 750"
    text = system.read("/etc/sterna/sterna.conf")
    assert re.search(r"^static-auth-secret=[0-9a-f]{64}$", text, re.M)
    assert re.search(r"^use-auth-secret$", text, re.M)
    assert "nothing to complain about" in system.does("sterna", "config", "--check")


def test_the_service_has_a_user_without_a_shell(system):
    assert re.search(r"^sterna:[^\n]*:/usr/sbin/nologin$", system.read("/etc/passwd"), re.M)
    assert system.owner("/var/lib/sterna") == "sterna:sterna 750"


def test_the_unit_is_enabled_and_no_socket_unit_stays_behind_when_it_is_stopped(system):
    assert os.path.islink(system.path("/etc/systemd/system/multi-user.target.wants/sterna.service"))
    assert "sterna.socket" not in system.does("dpkg", "-L", "sterna")


def test_manual_pages_are_where_man_looks(system):
    for page in os.listdir(os.path.join(debian.ROOT, "man")):
        assert os.path.exists(system.path(f"/usr/share/man/man{page[-1]}/{page}.gz")), page


def test_an_upgrade_keeps_what_the_operator_wrote(system, deb, tmp_path):
    path = "/etc/sterna/sterna.conf"
    system.write(path, system.read(path) + "\nrealm=call.example.org\n", 0o640)
    before = system.read(path)
    system.installs(debian.repacked(deb, fields(deb)["Version"] + "+1", str(tmp_path)))
    assert system.read(path) == before
    assert "dpkg-new" not in " ".join(os.listdir(system.path("/etc/sterna")))


def test_coturn_may_stay_beside_it_for_its_tools(system):
    system.does("apt-get", "install", "-y", "-q", "--no-install-recommends", "coturn")
    assert "sterna" in system.does("dpkg-query", "-W", "-f", "${Package} ", "sterna", "coturn")
    system.does("apt-get", "purge", "-y", "-q", "--autoremove", "coturn")


def test_removing_keeps_configuration_and_database_and_purging_takes_them(system):
    system.write("/var/lib/sterna/sterna.db", "", 0o640)
    for kept in ("/etc/sterna.before-restore", "/var/lib/sterna.before-restore"):
        os.makedirs(system.path(kept))
    system.does("apt-get", "remove", "-y", "-q", "sterna")
    assert os.path.exists(system.path("/etc/sterna/sterna.conf"))
    assert os.path.exists(system.path("/var/lib/sterna/sterna.db"))
    assert not os.path.exists(system.path("/usr/bin/sterna"))
    system.does("apt-get", "purge", "-y", "-q", "--autoremove", "sterna")
    ours = {path for path in system.files() - system.before if "sterna" in path.lower()}
    assert not ours


def test_everything_that_the_folder_of_packaging_holds_is_shipped_or_named(deb):
    """A file that nobody installs is a file that nobody tests."""
    unpackaged = {"build-deb", "docker", "debian"}
    names = set(os.listdir(os.path.join(debian.ROOT, "packaging"))) - unpackaged
    rules = open(os.path.join(debian.ROOT, "packaging", "debian", "rules")).read()
    rules += open(os.path.join(debian.ROOT, "packaging", "debian", "sterna.install")).read()
    assert not [name for name in sorted(names) if f"packaging/{name}" not in rules]
