"""Items looked for, shown and changed: query plans, columns, writes, entities."""
