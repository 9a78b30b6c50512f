"""The measured ratios: what the service costs, against the least that its work can cost."""
