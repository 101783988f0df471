"""The legacy format: read wholly, written on request.

It encrypts attributes one by one without authentication, and signs the item once; which attributes
were signed is not in the item, so that a reader must know the writer's actions.
"""
