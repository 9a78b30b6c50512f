"""The other sides: the same work at its documented fastest, at most 60 lines each."""
