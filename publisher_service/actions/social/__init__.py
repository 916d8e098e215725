"""Social networks: accounts connected, posts brought out, files made for them."""
