"""The way in: raw bodies, what they hold, where it goes, and what it makes of tickets."""
