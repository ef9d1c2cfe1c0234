"""A grader to be interrupted: `python grader.py PROTECTION` says when it works."""

import sys
import threading
import time

from c2a.grading.sandbox import SandboxPool

SPIN = "def spin():\n    while True: pass"
SLEEP = "def sleep():\n    import time; time.sleep(600)"


def main() -> None:
    """Keep one call busy and one asleep."""
    with SandboxPool(unsafe=True, protection=sys.argv[1]) as pool:
        for code, name in ((SPIN, "spin"), (SLEEP, "sleep")):
            session = pool.session([code])
            assert session.call("missing", seconds=5).kind == "missing"
            arguments = {"function": name, "seconds": 600}
            threading.Thread(target=session.call, kwargs=arguments, daemon=True).start()
        time.sleep(0.3)
        print("at work", flush=True)
        time.sleep(600)


if __name__ == "__main__":
    main()
