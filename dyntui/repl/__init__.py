"""The PartiQL prompt: statements and commands, typed or from a pipe."""
