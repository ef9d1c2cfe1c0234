"""The one base of all errors that a reader can mend."""


class C2AError(Exception):
    """An error whose message is one sentence that says what to do.

    The command line prints the message without a traceback and exits with code 1.
    """
