"""Bundles and season passes."""
