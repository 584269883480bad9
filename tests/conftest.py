"""For all tests."""

import os
import signal
import tempfile

from hypothesis import settings

from tests.side_by_side import (  # noqa: F401  hooks
    pytest_collection_modifyitems,
    pytest_runtest_protocol,
)

# A busy machine is no failure, and the same tests try the same examples everywhere; to look for
# more: pytest --hypothesis-profile=default
settings.register_profile("house", deadline=None, derandomize=True, database=None)
settings.load_profile("house")

# Nothing of whoever runs the tests: not their settings, lists and timers, not the people they live
# with, and not what their router has learned.
_mine = tempfile.TemporaryDirectory(prefix="vivavoce-tests-")
os.environ["XDG_CONFIG_HOME"] = os.environ["VIVAVOCE_EXPERTS_DATA"] = _mine.name
os.environ["VIVAVOCE_ROUTER"] = f"{_mine.name}/router.json"
os.environ["VIVAVOCE_PEOPLE"] = f"{_mine.name}/people"

# A shell that runs the tests in the background has them, and all that they start, ignore Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
