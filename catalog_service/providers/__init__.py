"""Third parties: the picture store, and Pillow."""
