"""Those who move money for us, each behind one Protocol."""
