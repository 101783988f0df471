"""`python -m dyntui` is the command `dyntui`."""

from dyntui.cli.main import run

if __name__ == "__main__":
    run()
