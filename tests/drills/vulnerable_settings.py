"""The settings of a server whose addresses have two that are not safe."""

from tests.live.found import *  # noqa: F403  # a server of its own

ROOT_URLCONF = "tests.drills.vulnerable"
