"""What a person chose and typed: settings, themes, history, saved statements."""
