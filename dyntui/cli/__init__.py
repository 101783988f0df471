"""The command line: `dyntui …`."""
