"""chatops: social tickets as threaded cards in team rooms. The core decides and names no vendor."""
