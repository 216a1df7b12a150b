"""How many random cases a law is tried on: a third of Hypothesis's hundred, or in CI all of them."""

import os

from hypothesis import settings

settings.register_profile("quick", max_examples=33)
if os.environ.get("CI") != "true":
    settings.load_profile("quick")
