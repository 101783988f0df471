"""How many examples property tests try: few as a rule, thousands in the campaign.

The environment variable HYPOTHESIS_PROFILE chooses: `quick` or `campaign`.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("quick", max_examples=30, deadline=None, database=None)
settings.register_profile("campaign", max_examples=3_000, deadline=None, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
