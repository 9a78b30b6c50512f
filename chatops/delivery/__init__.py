"""The way out: deliveries taken, composed and brought to rooms, persons, customers and networks."""
