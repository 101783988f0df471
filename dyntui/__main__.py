"""`python -m dyntui` and the console script: the command `dyntui`."""

# Nothing more is imported here: until `run` begins, an interrupt is an exception.
import signal


def run() -> None:
    """Run the command.

    Until it works with data, an interrupt ends the process at once, as it does any program: raised
    while modules are imported, it would end in a traceback, or in a crash of a compiled one.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    from dyntui.cli.main import run as run_command

    run_command()


if __name__ == "__main__":
    run()
