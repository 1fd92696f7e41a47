# SPDX-License-Identifier: Apache-2.0
"""One world for all guides, somebody in it to relay to, and the package that they install."""
import glob
import os

import pytest
from document import ROOT
from world import World


@pytest.fixture(scope="session")
def world():
    with World() as made:
        yield made


@pytest.fixture(scope="session")
def peer(world):
    return world.peer()


@pytest.fixture(scope="session")
def package():
    found = glob.glob(os.path.join(ROOT, ".build", "deb", "sterna_*.deb"))
    assert len(found) == 1, f"{len(found)} packages in .build/deb; right would be one: run make deb"
    return found[0]
