"""The app in a browser: the extra `web`."""
