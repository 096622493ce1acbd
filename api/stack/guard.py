"""`python -m api.stack.guard FOLDER RUN`: ends the parts of a run whose supervisor was killed.

The supervisor holds the other end of standard input. When it goes, however it goes, the input ends; parts that are still
there then have nobody to watch them and would answer for a stack that no longer is.
"""

import sys
from pathlib import Path

from api.stack import processes


def main() -> None:
    folder, run = sys.argv[1:]
    sys.stdin.read()
    processes.end(Path(folder), run)


if __name__ == "__main__":
    main()
