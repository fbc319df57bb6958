"""Routing rules of an older system's table."""
