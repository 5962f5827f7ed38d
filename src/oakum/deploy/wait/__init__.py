"""Waiting until changes have taken effect: rules that judge an object, and the watch for their moment."""
