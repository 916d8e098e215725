"""Pages where money is: wallet, checkout, subscription, earnings."""
