"""Logs of an application's pods."""
