"""For all tests."""

import os
import signal
import tempfile

from hypothesis import settings

# A busy machine is no failure, and the same tests try the same examples everywhere; to look for
# more: pytest --hypothesis-profile=default
settings.register_profile("house", deadline=None, derandomize=True, database=None)
settings.load_profile("house")

# Nothing of whoever runs the tests: not their settings, and not their lists and timers.
_mine = tempfile.TemporaryDirectory(prefix="vivavoce-tests-")
os.environ["XDG_CONFIG_HOME"] = os.environ["VIVAVOCE_EXPERTS_DATA"] = _mine.name

# A shell that runs the tests in the background has them, and all that they start, ignore Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
