"""The live engine on virtual time, and a compiled path for sweeps that agrees with it."""
