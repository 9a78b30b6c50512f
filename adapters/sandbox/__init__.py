"""Strict stand-ins for other companies' clouds, on loopback; they know nothing of tickets."""
