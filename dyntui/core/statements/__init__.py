"""PartiQL for a person: completion, parameters, explanations, results beyond the service."""
