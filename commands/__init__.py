"""What people can ask for: one file a command, found by walking this package."""
