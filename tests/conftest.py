"""How many examples property tests draw, and a home of their own for all tests.

quick     the default: few examples, the same ones on a build machine
campaign  thousands: `pytest --hypothesis-profile=campaign`, HYPOTHESIS_PROFILE in the environment,
          or `python -m tests.campaign`
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

SOMEBODYS = (
    *("AWS_", "DYNTUI_", "XDG_", "SSH_", "LESS"),
    *("CLICOLOR", "COLUMNS", "DISPLAY", "FORCE_COLOR", "LINES", "NO_COLOR", "PAGER", "STY"),
    *("TMUX", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"),
)
"""How the variables begin that say where data lies, what the terminal can, how one wants it."""

KEPT = "DYNTUI_AWS_CLI"
"""Where a test finds the AWS CLI."""

_ADVICE = [HealthCheck.too_slow, HealthCheck.data_too_large]
"""What a busy machine, or what happens to be drawn, may call forth though nothing is wrong."""

settings.register_profile(
    "quick",
    max_examples=25,
    stateful_step_count=20,
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    database=None,
    suppress_health_check=_ADVICE,
)
settings.register_profile(
    "campaign",
    max_examples=int(os.environ.get("CAMPAIGN_EXAMPLES", "5000")),
    stateful_step_count=60,
    deadline=None,
    derandomize=False,
    database=None,
    print_blob=True,
    suppress_health_check=_ADVICE,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(autouse=True, scope="session")
def neutral_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nobody's own settings, data, terminal or time zone count here, and nobody's are changed."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [*os.environ]:
            if name.startswith(SOMEBODYS) and name != KEPT:
                patch.delenv(name)
        patch.setenv("DYNTUI_CONFIG", os.devnull)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()
