"""The Client protocol and, later, the layers around a Client."""
