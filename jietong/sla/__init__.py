"""Service-level contracts: agreed, evaluated, stated, signed."""
