"""What people read: cards, forms and files, made of a scene or of rows. Pure."""
