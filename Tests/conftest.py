# SPDX-License-Identifier: Apache-2.0
"""What every test may ask for: a running server, and a place where measured figures are printed."""
import pytest
from server import Server

figures = []


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="run what takes minutes, too")
    parser.addoption("--server", choices=["sterna", "coturn"], default="sterna", help="the server under test")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--long"):
        long = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
    if config.getoption("--server") == "coturn":
        for item in items:
            if item.get_closest_marker("ours"):
                item.add_marker(pytest.mark.skip(reason="coturn does not promise this"))


def pytest_terminal_summary(terminalreporter):
    if figures:
        terminalreporter.section("figures")
        for line in figures:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def figure():
    """figure(text): prints a measured figure at the end of the run."""
    return figures.append


@pytest.fixture(scope="session")
def product(request):
    return request.config.getoption("--server")


@pytest.fixture(scope="session")
def serve(product):
    """serve(lines): a server with this configuration, started once for all tests that want the same."""
    running = {}

    def start(lines, **options):
        key = tuple(lines)
        if key not in running:
            running[key] = Server(product, lines, **options)
            running[key].wait()
        running[key].must_live()
        return running[key]

    yield start
    dead = [server for server in running.values() if not server.stop()]
    assert not dead, "a server died, or did not end within 10 s of SIGTERM"
