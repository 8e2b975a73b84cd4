"""Solvers: who works when."""
