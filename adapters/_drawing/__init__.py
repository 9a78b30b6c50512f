"""Charts as pictures, for a chat that draws none itself.

`picture` is what is drawn, in words and numbers; `draw` draws it, in a process of its own that `painter`
starts: what draws takes a second to load and much memory, and must not hold up who waits for an answer.
"""
