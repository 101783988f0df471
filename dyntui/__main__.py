"""`python -m dyntui` and the console script: the command `dyntui`."""

# Nothing more is imported here: until `run` begins, an interrupt is an exception.
import gc
import signal

GARBAGE_THRESHOLD = 50_000


def run() -> None:
    """Run the command.

    Until it works with data, an interrupt ends the process at once, as it does any program: raised
    while modules are imported, it would end in a traceback, or in a crash of a compiled one.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Items make no cycles: looking for some at every 700 objects takes a fifth of a long scan.
    gc.set_threshold(GARBAGE_THRESHOLD)

    from dyntui.cli.main import run as run_command

    run_command()


if __name__ == "__main__":
    run()
