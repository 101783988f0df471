"""PartiQL, DynamoDB's dialect: text → tokens → tree → plan.

The conditions and updates of statements are the trees of `engine.expressions`; a statement is
carried out by `engine.operations.statements`.
"""
