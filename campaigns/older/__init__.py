"""Contacts and messages of an older system's tables."""
