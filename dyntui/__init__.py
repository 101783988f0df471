"""The faces of a DynamoDB in a folder of files: the terminal app and the command line."""

__version__ = "0.1.0"
