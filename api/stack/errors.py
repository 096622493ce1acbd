"""The one way in which the stack says no."""


class StackError(Exception):
    """Something that a person must mend before the stack can run.

    `problem` is one line in Chinese; `mend` is the command or step that mends it, or empty.
    """

    def __init__(self, problem: str, mend: str = "") -> None:
        super().__init__(f"{problem}。{mend}" if mend else problem)
        self.problem = problem
        self.mend = mend
