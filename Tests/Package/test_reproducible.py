# SPDX-License-Identifier: Apache-2.0
"""Two people who build the package from the same sources, each in a folder of their own, get the same file."""
import hashlib
import subprocess

import debian
import pytest

pytestmark = pytest.mark.long


def built(folder):
    """Builds from the sources of this checkout, in `folder`; the package's bytes, hashed."""
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=debian.ROOT, capture_output=True, text=True, check=True)
    folder.mkdir(parents=True)
    subprocess.run(
        ["xargs", "-d", "\n", "cp", "-a", "--parents", "-t", str(folder)], cwd=debian.ROOT, input=names.stdout, text=True,
        check=True)
    debian.run("git", "init", "-q", cwd=folder)
    debian.run("git", "add", "-A", cwd=folder)
    debian.run("make", "binary", cwd=folder)
    debian.run("packaging/build-deb", cwd=folder)
    package, = (folder / ".build" / "deb").glob("sterna_*.deb")
    return hashlib.sha256(package.read_bytes()).hexdigest()


def test_the_package_is_the_same_wherever_it_is_built(tmp_path, figure):
    first, second = built(tmp_path / "here"), built(tmp_path / "somewhere" / "else")
    figure(f"package: sha256 {first}")
    assert first == second
