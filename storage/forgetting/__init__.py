"""A person who asked to be forgotten: who that is, how they are erased, and that they were."""
