"""Tables and requests about them: schemas, short notations, costs."""
