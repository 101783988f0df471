"""How many examples property tests draw.

quick     the default: few examples, the same ones on a build machine
campaign  thousands: `pytest --hypothesis-profile=campaign`, HYPOTHESIS_PROFILE in the environment,
          or `python -m tests.campaign`
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "quick",
    max_examples=25,
    stateful_step_count=20,
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    database=None,
)
settings.register_profile(
    "campaign",
    max_examples=int(os.environ.get("CAMPAIGN_EXAMPLES", "5000")),
    stateful_step_count=60,
    deadline=None,
    derandomize=False,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
# Nobody's own settings count here.
os.environ["DYNTUI_CONFIG"] = os.devnull

settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
