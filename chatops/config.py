"""app.yaml -> `Config`: read whole, checked whole, and every fault told at once.

A fault names file, line, path and what to write instead. Blocks are fitted one by one, so that a
fault in one hides none in another, and a block that does not fit still counts as a name that
others may use. Adapters give their Settings models as arguments; this module imports none of
them, and is the only reader of the environment.
"""



