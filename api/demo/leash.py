"""`python -m api.demo.leash PROGRAM…`: runs PROGRAM, and stops it when standard input ends.

Whoever started us holds the other end: when it goes, however it goes, the stack that it started for itself goes as well.
"""

import os
import signal
import subprocess
import sys
import threading


def main() -> int:
    program = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)  # noqa: S603
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: program.terminate())

    def wait_for_the_end() -> None:
        # not through sys.stdin, whose lock would be held when the interpreter ends
        while os.read(0, 1024):
            pass
        program.terminate()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    return program.wait()


if __name__ == "__main__":
    sys.exit(main())
