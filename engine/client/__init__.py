"""The Client protocol, remotes, and layers around a Client."""
