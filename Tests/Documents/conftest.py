# SPDX-License-Identifier: Apache-2.0
"""One world for all guides."""
import pytest
from world import World


@pytest.fixture(scope="session")
def world():
    with World() as made:
        yield made
