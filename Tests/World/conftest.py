# SPDX-License-Identifier: Apache-2.0
"""One world for all tests that want nothing else, and the table of what its cells came to."""
import os

import pytest
from table import Table
from world import World

table = Table()


def pytest_collection_modifyitems(items):
    if os.geteuid() != 0:
        for item in items:
            item.add_marker(pytest.mark.skip(reason="only root makes namespaces"))


@pytest.fixture(scope="session")
def world():
    """A world with nobody in it yet; each test may add whom it wants."""
    with World() as made:
        yield made


@pytest.fixture(scope="session")
def peer(world):
    return world.peer()


@pytest.fixture(scope="session")
def client(world):
    """client(kind): somebody on this kind of line, the same for all tests."""
    made = {}
    return lambda kind="public": made[kind] if kind in made else made.setdefault(kind, world.client(kind))


@pytest.fixture(scope="session")
def cells():
    """The table into which cells are written."""
    return table


def pytest_terminal_summary(terminalreporter):
    if table.cells:
        terminalreporter.section("the world")
        for line in table.lines():
            terminalreporter.write_line(line)
